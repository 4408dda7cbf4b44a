import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { built, needsBuilt } from '../../kit/built.ts';
import { ran } from '../../kit/started.ts';
import { describeNeeds } from '../../kit/tools.ts';
import { apiKeyOf, Rig } from '../../service/kit.ts';

const MAIN = 'demo/dist/example/main.js';

/** Runs `npm run example` until it ends; the key is in a file. */
async function run(folder: string, key: string, args: readonly string[]) {
  const file = join(folder, 'key');
  writeFileSync(file, key, { mode: 0o600 });
  const { code, stderr } = await ran(process.execPath, [built(MAIN), '--key-file', file, ...args]);
  rmSync(file);
  return { code, printed: stderr };
}

describeNeeds(needsBuilt(MAIN), 'the start of the example application', () => {
  it('the example names a busy port, a refused key and a silent service, each with the next step', async () => {
    await using rig = new Rig();
    const service = await rig.start();
    const busy = createServer();
    await new Promise<void>(resolve => busy.listen(0, '127.0.0.1', resolve));
    const { port } = busy.address() as AddressInfo;
    const at = ['--service', service.url, '--port', String(port)];
    const key = apiKeyOf(service);
    expect(await run(rig.directory, key, at)).toEqual({
      code: 1,
      printed: `example: Port ${port} of 127.0.0.1 is in use.\nStop the other program, or choose another port: --port ${port + 1}\n`,
    });
    const refused = await run(rig.directory, 'no-key', at);
    expect([refused.code, refused.printed]).toEqual([
      1,
      expect.stringContaining('refuses the API key.\nMake one'),
    ]);
    busy.close();
    const silent = await run(rig.directory, key, ['--service', `http://127.0.0.1:${port}`]);
    expect([silent.code, silent.printed]).toEqual([1, expect.stringContaining('does not answer.\nStart it')]);
    for (const { printed } of [refused, silent]) expect(printed).not.toContain(key);
  });
});
