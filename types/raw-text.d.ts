/** Files whose text Vite puts into a module. */
declare module "*?raw" {
  const text: string;
  export default text;
}
