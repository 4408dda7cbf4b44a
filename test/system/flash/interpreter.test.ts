import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { flash } from 'passfob/commands/flash';
import type { BoardPort } from 'passfob/commands/flash-steps';
import { update } from 'passfob/commands/update';
import { openTcp } from 'passfob/transports/tcp';
import { expect, it, onTestFinished } from 'vitest';
import { describeNeeds, needsEspruino, needsTool } from '../../kit/tools.ts';
import { workplace } from '../../unit/host/kit/workplace.ts';
import { accountsOn, enrolled, imageOfVersion, NO_QUESTIONS } from './owner.ts';

const SECOND_MS = 1_000;
/** The interpreter reads a file for every character that it runs from its Storage. */
const PATIENCE = {
  probe: { answerTimeoutMs: 2 * SECOND_MS, sendsMax: 1 },
  consoleMs: 4 * SECOND_MS,
  restartMs: 180 * SECOND_MS,
};

/**
 * The real interpreter as a board on a cable: one TCP port in front of two pseudo-terminals, its console and the port
 * that carries frames.
 */
class Bench {
  readonly folder = mkdtempSync(join(tmpdir(), 'passfob-bench-'));
  private readonly binary: string;
  private children: ChildProcess[] = [];
  private server: Server | undefined;
  private socket: Socket | undefined;
  private listener = 0;
  /** The console's output. */
  shown = '';

  constructor(binary: string) {
    this.binary = binary;
  }

  get port(): BoardPort {
    return {
      address: `tcp:127.0.0.1:${this.listener}`,
      patience: PATIENCE,
      open: () => openTcp('127.0.0.1', this.listener),
    };
  }

  async listen(): Promise<void> {
    this.server = createServer(socket => {
      this.socket = socket;
      socket.on('data', bytes => {
        for (const child of this.children.slice(0, 2)) child.stdin?.write(bytes);
      });
      socket.on('error', () => undefined);
      socket.on('close', () => {
        if (this.socket === socket) this.socket = undefined;
      });
    });
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.listener = (this.server.address() as AddressInfo).port;
  }

  async powerOn(): Promise<void> {
    const [link, control] = await Promise.all([this.pty('link'), this.pty('control')]);
    const console = spawn('socat', ['-', `EXEC:${this.binary},pty,rawer`], {
      cwd: this.folder,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.children = [console, link, control];
    for (const child of [console, link]) {
      child.stdout?.on('data', (bytes: Buffer) => {
        if (child === console) this.shown += bytes.toString('latin1');
        this.socket?.write(bytes);
      });
    }
  }

  private async pty(name: string): Promise<ChildProcess> {
    const path = join(this.folder, name);
    rmSync(path, { force: true });
    const child = spawn('socat', ['-', `pty,rawer,link=${path}`], { stdio: ['pipe', 'pipe', 'ignore'] });
    while (!existsSync(path)) await new Promise(setImmediate);
    return child;
  }

  async powerOff(): Promise<void> {
    for (const child of this.children) {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
    this.children = [];
  }

  /** Runs a script on its Storage. */
  async script(source: string): Promise<void> {
    const path = join(this.folder, 'script.js');
    writeFileSync(path, `${source};quit();`, 'latin1');
    const child = spawn(this.binary, [path], { cwd: this.folder, stdio: ['pipe', 'ignore', 'ignore'] });
    await once(child, 'exit');
  }

  async close(): Promise<void> {
    await this.powerOff();
    this.socket?.destroy();
    this.server?.close();
    rmSync(this.folder, { recursive: true });
  }
}

describeNeeds(needsEspruino(), 'flashing the real interpreter', binary => {
  describeNeeds(needsTool('socat'), 'over a bridge', () => {
    it('flash makes a fob of the interpreter, restores it when its Storage is lost, and update renews its firmware', async () => {
      const bench = new Bench(binary);
      onTestFinished(() => bench.close());
      await bench.listen();
      const { context } = workplace();
      // A user's file that says where the ports of the bench lead. It also makes Storage return copies in memory: the
      // interpreter would read a file for every character that it runs out of Storage, some hundred times slower.
      const paths = JSON.stringify({
        link: join(bench.folder, 'link'),
        control: join(bench.folder, 'control'),
      });
      const copies =
        '(function(S,r){S.read=function(n,o,l){var d=r.call(S,n,o,l);return d===undefined?d:d+""}})' +
        '(require("Storage"),require("Storage").read)';
      const own = `require("Storage").write(".boot1",${JSON.stringify(`var BENCH=${paths};${copies}`)})`;
      await bench.script(own);

      await bench.powerOn();
      const options = { board: 'bench', isDryRun: false, ...NO_QUESTIONS } as const;
      const made = await flash(context, bench.port, options);
      expect(made).toMatchObject({ pairing: 'new', interpreter: expect.stringMatching(/^2v/) });
      expect(made.files.kept).toEqual(['.boot1']);
      await enrolled(context, bench, ['anna', 'ben']);

      await bench.powerOff();
      rmSync(join(bench.folder, 'espruino.flash'));
      await bench.script(own);
      await bench.powerOn();
      expect(await flash(context, bench.port, options)).toMatchObject({ pairing: 'restored' });
      expect(await accountsOn(context, bench)).toEqual(['anna', 'ben']);

      // An interrupted update leaves this state: the bench's firmware cannot open a console by itself.
      await bench.powerOff();
      await bench.script('require("Storage").erase(".boot0");require("Storage").erase("app")');
      await bench.powerOn();
      const image = imageOfVersion('0.2.7', 'bench');
      expect(await update(context, bench.port, { isDryRun: false, image: () => image })).toMatchObject({
        firmware: '0.2.7',
        accounts: 2,
      });
      expect(await accountsOn(context, bench)).toEqual(['anna', 'ben']);

      // The console echoed no secret.
      expect(bench.shown).not.toContain('atob');
      expect(readFileSync(join(bench.folder, 'espruino.flash')).length).toBeGreaterThan(0);
    }, 900_000);
  });
});
