import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const worker = fileURLToPath(new URL('agents.mjs', import.meta.url));

/** A notice from the service to the agent of a fob. atMs: of `process.hrtime`, in milliseconds. */
export interface Noticed {
  readonly address: string;
  readonly kind: 'request' | 'locked' | 'over';
  readonly atMs: number;
}

/** A fob that its own agent carries for a service. */
export interface Carried {
  readonly url: string;
  /** Of the service's identity, in hexadecimal. */
  readonly fingerprint: string;
  /** `tcp:127.0.0.1:PORT` */
  readonly address: string;
  readonly serial: string;
}

/** A process with agents. */
export class AgentProcess {
  private readonly child: ChildProcess;
  private turn: Promise<unknown>;
  private answered: (answer: unknown) => void;
  private readonly failed: Promise<never>;

  private constructor(onNotice: (noticed: Noticed) => void) {
    this.child = fork(worker, [], { execArgv: [] });
    this.failed = once(this.child, 'exit').then(([code]) =>
      Promise.reject(new Error(`the agents ended with ${code}`)),
    );
    // Its end is intended.
    this.failed.catch(() => undefined);
    this.answered = () => undefined;
    this.turn = new Promise(resolve => {
      this.answered = resolve;
    });
    this.child.on('message', ({ answer, notice }: { answer?: unknown; notice?: Noticed }) => {
      if (notice !== undefined) onNotice(notice);
      if (answer !== undefined) this.answered(answer);
    });
  }

  static async start(onNotice: (noticed: Noticed) => void = () => undefined): Promise<AgentProcess> {
    const agents = new AgentProcess(onNotice);
    await Promise.race([agents.turn, agents.failed]);
    return agents;
  }

  /** Starts an agent. */
  async carry(carried: Carried): Promise<void> {
    await this.ask('carry', carried);
  }

  /** Opens idle connections, each from its own address. Resolves when the service has proved itself to all. */
  async stay(url: string, count: number): Promise<void> {
    await this.ask('stay', { url, count });
  }

  /** Returns how many of them opened, and how many were lost since. */
  idle(): Promise<{ readonly open: number; readonly lost: number }> {
    return this.ask('idle') as Promise<{ open: number; lost: number }>;
  }

  async close(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.disconnect();
    await ended;
  }

  private ask(order: string, given?: unknown): Promise<unknown> {
    const next = this.turn.then(() => {
      const answer = new Promise<unknown>(resolve => {
        this.answered = resolve;
      });
      this.child.send({ order, given });
      return Promise.race([answer, this.failed]);
    });
    this.turn = next.catch(() => undefined);
    return next;
  }
}
