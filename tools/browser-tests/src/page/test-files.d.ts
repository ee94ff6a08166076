/** Made by the bundler: every test file, with a function that loads it. */
declare module 'virtual:test-files' {
  export const files: Readonly<Record<string, () => Promise<unknown>>>;
}
