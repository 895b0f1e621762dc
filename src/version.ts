/** The version of this processor, stored with every row and output; a test holds it to package.json. */
export const version = '0.1.0';
