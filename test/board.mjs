// The entry of `npm run test:board`.
import { load, root } from './load.mjs';

const { testBoard } = await load('test/unit/emulator/run/main.ts');
process.exitCode = await testBoard(root, process.env);
