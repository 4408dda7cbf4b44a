import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type ErrorKind, FobError } from 'passfob/errors';
import { PATIENCE_MS } from '../../kit/patience.ts';
import { root } from '../../tools/tidy/files.ts';
import type { Answer, Command, Ended, Event } from './agent-phrases.ts';
import { agentIn } from './bundles.ts';
import { EXIT_PORT, HOST_ADDRESS, initramfs } from './initramfs.ts';
import type { Kernel } from './kernel.ts';

const BOOT_PATIENCE_MS = 300_000;
/** A browser and a service take some 800. */
const MEMORY_MB = 2048;
/** Of `nice`: a quarter of the processor where another guest wants all of it. */
const YIELDING = '5';
const ENVIRONMENT = [
  `NODE_PATH=${join(root, 'node_modules')}`,
  'PATH=/usr/bin:/bin:/usr/sbin:/sbin',
  'HOME=/run',
];

/** A running guest, with the agent in it at the other end of a line. */
export class Guest {
  private readonly machine: ChildProcess;
  private readonly folder: string;
  private readonly agent: Socket;
  private readonly ended: Promise<number>;
  private readonly waiting = new Map<number, (answer: Ended) => void>();
  private readonly listeners = new Set<(event: Event) => void>();
  private lastId = 0;
  private lastNumber = 0;

  private constructor(machine: ChildProcess, ended: Promise<number>, agent: Socket, folder: string) {
    this.machine = machine;
    this.ended = ended;
    this.agent = agent;
    this.folder = folder;
    createInterface({ input: agent }).on('line', line => this.heard(JSON.parse(line) as Answer));
    agent.on('close', () => {
      for (const [id, answer] of this.waiting) answer({ id, error: 'the guest is gone' });
    });
  }

  /**
   * Boots, and resolves once the agent has connected.
   * @param isYielding whether other guests go first: for tests that wait for the guest, however long it takes
   */
  static async boot(kernel: Kernel, qemu: string, busybox: string, isYielding: boolean): Promise<Guest> {
    const folder = mkdtempSync(join(tmpdir(), 'passfob-usb-'));
    const server = createServer();
    const called = new Promise<Socket>(resolve => server.once('connection', resolve));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const agent = [process.execPath, await agentIn(folder), HOST_ADDRESS, `${port}`];
    const command = ['/usr/bin/env', ...ENVIRONMENT, ...agent];
    const image = await initramfs(folder, busybox, kernel.modules, command);
    const [program, ...before] = isYielding ? ['nice', '-n', YIELDING, qemu] : [qemu];
    const machine = spawn(program, [...before, ...machineOptions(kernel.image, image)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    record(machine, `guest-console-${port}`);
    const ended = new Promise<number>(resolve => machine.once('close', code => resolve(code ?? -1)));
    const late = setTimeout(() => machine.kill('SIGKILL'), BOOT_PATIENCE_MS);
    const first = await Promise.race([called, ended]);
    clearTimeout(late);
    server.close();
    if (typeof first === 'number') throw new Error(`the guest ended before it was there (${first})`);
    return new Guest(machine, ended, first.setNoDelay(true), folder);
  }

  private heard(answer: Answer): void {
    if ('event' in answer) for (const listener of [...this.listeners]) listener(answer);
    else {
      this.waiting.get(answer.id)?.(answer);
      this.waiting.delete(answer.id);
    }
  }

  /** @throws FobError where one of the host's transports failed, else an error in the agent's words */
  async ask(command: Command): Promise<unknown> {
    const id = ++this.lastId;
    const answer = new Promise<Ended>(resolve => this.waiting.set(id, resolve));
    this.agent.write(`${JSON.stringify({ id, ...command })}\n`);
    const { error, kind, value } = await answer;
    if (error !== undefined && kind !== undefined) throw new FobError(kind as ErrorKind, { sentence: error });
    if (error !== undefined) throw new Error(error);
    return value;
  }

  /** Returns a number for a channel or a program. */
  newNumber(): number {
    return ++this.lastNumber;
  }

  onEvent(listener: (event: Event) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Ends the guest by its own exit.
   * @returns the code that its command ended with
   */
  async end(): Promise<number> {
    this.ask({ do: 'exit', code: 0 }).catch(() => undefined);
    const late = setTimeout(() => this.machine.kill('SIGKILL'), PATIENCE_MS);
    const code = await this.ended;
    clearTimeout(late);
    rmSync(this.folder, { recursive: true });
    // isa-debug-exit makes an odd number of it; even ones are QEMU's own, 0 a panic or a power-off.
    return code % 2 === 1 ? code >> 1 : -1;
  }
}

function machineOptions(kernel: string, initrd: string): string[] {
  return [
    ...['-machine', 'q35', '-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', '2', '-m', `${MEMORY_MB}`],
    ...['-nodefaults', '-display', 'none', '-serial', 'stdio', '-no-reboot'],
    ...['-kernel', kernel, '-initrd', initrd],
    ...[
      '-append',
      'console=ttyS0 quiet loglevel=4 panic=-1 mitigations=off random.trust_cpu=on no_timer_check nowatchdog',
    ],
    ...['-fsdev', 'local,id=root,path=/,security_model=none,readonly=on,multidevs=remap'],
    ...['-device', 'virtio-9p-pci,fsdev=root,mount_tag=host'],
    ...['-netdev', 'user,id=net', '-device', 'virtio-net-pci,netdev=net,romfile='],
    ...['-device', `isa-debug-exit,iobase=${EXIT_PORT},iosize=1`],
  ];
}

/** The search for secrets covers the guest's output like all other output. @param file its name there */
function record(machine: ChildProcess, file: string): void {
  const folder = process.env.PASSFOB_OUTPUT_DIR;
  if (folder === undefined) {
    machine.stdout?.pipe(process.stderr, { end: false });
    machine.stderr?.pipe(process.stderr, { end: false });
    return;
  }
  const log = createWriteStream(join(folder, file));
  machine.stdout?.pipe(log);
  machine.stderr?.pipe(process.stderr, { end: false });
}
