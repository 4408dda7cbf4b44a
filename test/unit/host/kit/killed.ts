import { spawnSync } from 'node:child_process';

const WATCHED = [
  'openSync',
  'writeFileSync',
  'writeSync',
  'fsyncSync',
  'closeSync',
  'renameSync',
  'linkSync',
  'unlinkSync',
  'rmSync',
];

/**
 * Runs a program in a separate process that is killed (SIGKILL) right before its nth call that touches a file. A
 * write at the kill is half done.
 * @param program an ES module
 * @returns whether it was killed; false where it made fewer calls, and ended well
 */
export function killedAt(nth: number, program: string): boolean {
  const hooked = `
    import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    let left = 0;
    const kill = () => process.kill(process.pid, 'SIGKILL');
    const hook = () => {
      left = ${nth};
      for (const name of ${JSON.stringify(WATCHED)}) {
        const real = fs[name];
        fs[name] = (...args) => {
          if (--left > 0) return real(...args);
          if (name === 'writeFileSync') real(args[0], args[1].slice(0, args[1].length / 2));
          kill();
        };
      }
      syncBuiltinESMExports();
    };
    ${program}`;
  const { signal, status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', hooked], {
    encoding: 'utf8',
  });
  if (signal === 'SIGKILL') return true;
  if (status !== 0) throw new Error(stderr);
  return false;
}
