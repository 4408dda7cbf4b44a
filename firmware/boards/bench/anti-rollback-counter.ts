import { type AntiRollbackCounter, LOST } from '../../core/base/ports.ts';
import { BenchFiles } from './files.ts';

const FILE = 'witness';

/** Stores a number twice in a file, so that a half-written one is invalid. */
export class FileAntiRollbackCounter implements AntiRollbackCounter {
  private readonly files: BenchFiles;

  constructor() {
    this.files = new BenchFiles();
  }

  load(): number {
    const text = this.files.read(FILE);
    const number = text.split('/')[0] as string;
    return text !== '' && text === `${number}/${number}` ? +number : LOST;
  }

  save(number: number): boolean {
    this.files.write(FILE, `${number}/${number}`);
    return this.load() === number;
  }
}
