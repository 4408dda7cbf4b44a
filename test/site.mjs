// The entry of `npm run site`.
import { load, root } from './load.mjs';

const { runSite } = await load('docs/site/build/main.ts');
process.exitCode = await runSite(root, process.argv.slice(2));
