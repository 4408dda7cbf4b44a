/** Small files of the machine that runs the interpreter. `readFileSync` throws if there is no file. */
export class BenchFiles {
  private readonly files: DeviceFiles;

  constructor() {
    this.files = require('fs');
  }

  /** Returns the bytes as a string, or an empty one. */
  read(name: string): string {
    try {
      return this.files.readFileSync(name) || '';
    } catch {
      return '';
    }
  }

  write(name: string, bytes: string): void {
    this.files.writeFileSync(name, bytes);
  }
}
