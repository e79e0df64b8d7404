/** Files whose text Vite puts into a module. */
declare module "*?raw" {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: the form of these modules is given
  export default text;
}
