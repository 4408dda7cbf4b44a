/** Small files of the machine that runs the interpreter. Its `readFileSync` throws where there is none. */
export class BenchFiles {
  private readonly files: DeviceFiles;

  constructor() {
    this.files = require('fs');
  }

  /** Bytes as a string, or empty. */
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
