/**
 * Two pictures of 16 by 16 pixels, red rising to the right, green downwards, blue with both, and the
 * SHA-256 of what the default recipe makes of them where WebAssembly has SIMD.
 */
export const knownPictures = {
  'lossless WebP': {
    base64:
      'UklGRqAAAABXRUJQVlA4TJQAAAAvD8ADALkyRPQ/dhHR/5A4iCRJkcrC+5d77OCZ824imAYA0IRGm201Z936AFkTJs0zzUaik21+4m0xAeeCpScgcOlGYfPCyT7nkAmCJpKkhwTyjCXJgCixjBwvJMtM6Ngw7U7KHCPHhf+OeJEDRGUmHWniJsaj8/oQ9pMgVsp40fnEfIyfc0izy5h/5JsHkXFinkkB',
    sha256: 'b259746694424d44b8685a90e3c505dfab61117923bfeb64af719061438f753c',
  },
  JPEG: {
    base64:
      '/9j/2wBDAAYEBQYFBAYGBQYHBwYIChAKCgkJChQODwwQFxQYGBcUFhYaHSUfGhsjHBYWICwgIyYnKSopGR8tMC0oMCUoKSj/2wBDAQcHBwoIChMKChMoGhYaKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCj/wAARCAAQABADASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAABgf/xAAlEAABAgQEBwAAAAAAAAAAAAABAhEABQYSAwQhMRMjQYGRwfD/xAAVAQEBAAAAAAAAAAAAAAAAAAACBP/EAB8RAAECBgMAAAAAAAAAAAAAAAECIQADBhExQQUiYf/aAAwDAQACEQMRAD8Ak1P0mlaApaAEjctDyUUrhsm3Lh+gUHJ7CGkipvk4I4erXMRudh7h1J6auBJDgsdR94iRfJSUSUgJBJHjtfetNjJaFStTm47R/9k=',
    sha256: '5a40d327fe534f7f7e03fa37ca8a05a983f302f8b4e31ccba179f5088ab8ce2b',
  },
};
