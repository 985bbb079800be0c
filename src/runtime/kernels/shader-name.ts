/** The name of a kernel's shader, a file's name without its ending: that of `weightGradient` is weight-gradient. */
export function shaderName(kernel: string): string {
  return kernel.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
