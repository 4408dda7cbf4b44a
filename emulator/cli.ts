import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

// By package name, not by the place of this file: in a bundle this file is elsewhere.
const manifest = createRequire(import.meta.url).resolve('@passfob/emulator/package.json');

/** Path of the built program (`npm run build`): the one of `@passfob/simulator`, with an emulator for `--firmware`. */
export const program = join(dirname(manifest), 'dist', 'main.js');
