import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { itNeeds } from '../../kit/tools.ts';
import { needsBuild } from './kit/simulated-fob.ts';

const built = new URL('../../../host/dist/private-file.js', import.meta.url);

itNeeds(needsBuild, 'a file that does not fit leaves the old one unchanged, and the command says so', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'agent.json');
  // The system writes a part of it then, without an error, as on a full disk.
  const program = `
    import { replacePrivately } from ${JSON.stringify(built.href)};
    const path = ${JSON.stringify(path)};
    replacePrivately(path, 'before');
    try {
      replacePrivately(path, 'x'.repeat(100_000));
      console.log('written');
    } catch (error) {
      console.log(error.code);
    }`;
  const limited = `ulimit -f 8; trap '' XFSZ; exec "$0" --input-type=module -e "$1"`;
  const said = execFileSync('sh', ['-c', limited, process.execPath, program], { encoding: 'utf8' });
  expect([said, readFileSync(path, 'utf8')]).toEqual(['EFBIG\n', 'before']);
  expect(readdirSync(folder)).toEqual(['agent.json']);
});
