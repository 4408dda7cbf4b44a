import { Agents } from '@passfob/service/subjects/agents/agents';
import type { TextConnection } from '@passfob/service/subjects/connections/connection';
import type { Dialect } from '@passfob/service/subjects/connections/dialect';
import { identityReader } from '@passfob/service/subjects/connections/opening';
import type { ServiceSocket } from 'passfob/activation/socket';
import { Office } from '../users/kit.ts';

export const ORIGIN = 'https://tokens.example.org';

/** Agents of a node without a network, and their clock. */
export class AgentsNode implements AsyncDisposable {
  nowMs = 0;
  readonly agents: Agents;
  readonly office: Office;
  /** The codes with which connections were closed; 0 where one is open. */
  readonly closed: number[] = [];

  private constructor(office: Office) {
    this.office = office;
    const { management } = office;
    this.agents = new Agents({ management, identity: identityReader(management), ticks: () => this.nowMs });
  }

  static async open(): Promise<AgentsNode> {
    return new AgentsNode(await Office.open());
  }

  /** Connects an agent. @returns the connection, the texts it received, and a socket, where texts arrive in later turns */
  connect(from = '192.0.2.1', dialect?: Dialect) {
    const heard: string[] = [];
    let hear: (text: string) => void = () => undefined;
    let ended: () => void = () => undefined;
    const at = this.closed.push(0) - 1;
    const line: TextConnection = {
      send(text) {
        heard.push(text);
        setImmediate(() => hear(text));
      },
      close: code => {
        this.closed[at] = code;
        setImmediate(() => ended());
      },
    };
    const caller = { from, origin: ORIGIN, ...(dialect !== undefined && { dialect }) };
    const connection = this.agents.connect(caller, line);
    const socket: ServiceSocket = {
      send: text => void setImmediate(() => connection.receive(text)),
      onText(listener) {
        hear = listener;
      },
      onClose(listener) {
        ended = listener;
      },
      close: () => connection.lost(),
    };
    return { connection, heard, socket };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.agents.close();
    await this.office[Symbol.asyncDispose]();
  }
}
