/**
 * Two images of 16 by 16 pixels: red increases to the right, green downwards, blue with both. The
 * SHA-256 is that of the default recipe's output where WebAssembly has SIMD.
 */
export const referenceImages = {
  'lossless WebP': {
    base64:
      'UklGRqAAAABXRUJQVlA4TJQAAAAvD8ADALkyRPQ/dhHR/5A4iCRJkcrC+5d77OCZ824imAYA0IRGm201Z936AFkTJs0zzUaik21+4m0xAeeCpScgcOlGYfPCyT7nkAmCJpKkhwTyjCXJgCixjBwvJMtM6Ngw7U7KHCPHhf+OeJEDRGUmHWniJsaj8/oQ9pMgVsp40fnEfIyfc0izy5h/5JsHkXFinkkB',
    sha256: 'b3a5e70d4b8a3a4ef1c8c23fcf241a596406fb91524a1f6bba8569559c936bff',
  },
  JPEG: {
    base64:
      '/9j/2wBDAAYEBQYFBAYGBQYHBwYIChAKCgkJChQODwwQFxQYGBcUFhYaHSUfGhsjHBYWICwgIyYnKSopGR8tMC0oMCUoKSj/2wBDAQcHBwoIChMKChMoGhYaKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCj/wAARCAAQABADASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAABgf/xAAlEAABAgQEBwAAAAAAAAAAAAABAhEABQYSAwQhMRMjQYGRwfD/xAAVAQEBAAAAAAAAAAAAAAAAAAACBP/EAB8RAAECBgMAAAAAAAAAAAAAAAECIQADBhExQQUiYf/aAAwDAQACEQMRAD8Ak1P0mlaApaAEjctDyUUrhsm3Lh+gUHJ7CGkipvk4I4erXMRudh7h1J6auBJDgsdR94iRfJSUSUgJBJHjtfetNjJaFStTm47R/9k=',
    sha256: '9464cff57693157889327bdd0fa220e615a764d1dc01aaf4c1ce8e5184436c17',
  },
};
