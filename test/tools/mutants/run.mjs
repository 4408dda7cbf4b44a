// `npm run mutants`.
import { load, root } from '../../load.mjs';

const { runDefects } = await load('test/tools/mutants/main.ts');
try {
  process.exitCode = await runDefects(root, process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 2;
}
