import { bytesOfText, textOf } from '../base/bytes.ts';
import { STREAM_BUFFER_BYTES } from '../base/limits.ts';
import type { BoardWiring, PortName } from '../board/wiring/wiring.ts';
import type { Console } from './console.ts';
import { adopted } from './realm/adopted.ts';
import { wholeNumber } from './realm/bytes.ts';
import { describe } from './realm/describe.ts';
import {
  type ImageListeners,
  type ImageObject,
  isRecord,
  isSame,
  type Named,
  type Value,
} from './realm/held.ts';
import { isArray } from './realm/kinds.ts';
import type { Realm, RealmCall } from './realm/realm.ts';

interface Port {
  readonly name: PortName;
  readonly object: ImageObject;
  /** A USART receives nothing before `setup`; USB is always open. */
  open: boolean;
  /** Input that arrived without a listener. */
  kept: string;
}

interface PortParts {
  readonly realm: Realm;
  readonly repl: Console;
  send(port: PortName, bytes: Uint8Array): void;
  /** Runs the listeners as an event of the idle loop. */
  queue(self: Value, listeners: ImageListeners, args: readonly Value[]): void;
  /** Runs the listeners now. */
  call(self: Value, listeners: ImageListeners, args: readonly Value[]): void;
}

/** The serial ports as objects: `USB`, `Serial1`, `Serial2` (jswrap_serial.c, jswrap_stream.c). */
export class SerialPorts {
  readonly #parts: PortParts;
  readonly #facts: BoardWiring;
  readonly #ports: readonly Port[];
  /** Versions before 2v30 pass the events of a port that are in the queue together to one call of the listeners. */
  readonly #joins: boolean;

  constructor(parts: PortParts, facts: BoardWiring) {
    this.#parts = parts;
    this.#facts = facts;
    this.#joins = facts.version !== '2v30';
    this.#ports = facts.ports.map(name => {
      const port: Port = {
        name,
        object: parts.realm.object({}),
        open: name === 'USB' || name === 'Bluetooth',
        kept: '',
      };
      parts.realm.hide(port.object, adopted(parts.realm, this.#methods(port)));
      return port;
    });
  }

  globals(): Named {
    return Object.fromEntries(this.#ports.map(port => [port.name, port.object]));
  }

  /** Returns the port that an argument names, by object or by name. */
  nameOf(value: Value): PortName | undefined {
    return this.#ports.find(port => isSame(port.object, value) || port.name === value)?.name;
  }

  /**
   * Handles an event of a port, and the events of the same port behind it as this version does
   * (jsiHandleIOEventForSerial).
   */
  received(name: PortName, bytes: Uint8Array, takeMore: () => Uint8Array | undefined): void {
    const { repl, call } = this.#parts;
    if (repl.port === name) {
      repl.input(bytes);
      return;
    }
    const text = this.#joins ? this.#join(bytes, takeMore) : textOf(bytes);
    const port = this.#ports.find(each => each.name === name);
    if (!port?.open) return;
    const listeners = this.#listeners(port);
    if (listeners.length > 0) call(port.object, listeners, [text]);
    else port.kept = (port.kept + text).slice(0, STREAM_BUFFER_BYTES);
  }

  /** From 2v26 to 2v29 the first event may become a flat string, which loses all that is appended to it. */
  #join(first: Uint8Array, takeMore: () => Uint8Array | undefined): string {
    const { version, flatAbove } = this.#facts;
    const grows = version === '2v25' || first.length <= flatAbove;
    let text = textOf(first);
    for (let next = takeMore(); next; next = takeMore()) if (grows) text += textOf(next);
    return text;
  }

  /** Called when a listener was added to `target`: delivers the kept input first. */
  listening(target: Value): void {
    const port = this.#ports.find(each => isSame(each.object, target));
    if (!port || port.kept === '') return;
    this.#parts.queue(port.object, this.#listeners(port), [port.kept]);
    port.kept = '';
  }

  #send(port: Port, bytes: Uint8Array): void {
    if (port.open && bytes.length > 0) this.#parts.send(port.name, bytes);
  }

  #take(port: Port, count: number): string {
    const taken = count <= 0 ? port.kept : port.kept.slice(0, count);
    port.kept = port.kept.slice(taken.length);
    return taken;
  }

  #listeners(port: Port): readonly Value[] {
    const { realm } = this.#parts;
    const listeners = realm.get(port.object, '#ondata');
    return isArray(listeners) ? realm.elements(listeners) : [];
  }

  #methods(port: Port): Record<string, RealmCall> {
    const { realm, repl } = this.#parts;
    const printed = (value: Value) => bytesOfText(describe(realm, value));
    return {
      setup: (_baud, options) => {
        if (isRecord(options)) realm.text(realm.get(options, 'path'));
        port.open = true;
      },
      unsetup: () => {
        port.open = port.name === 'USB';
      },
      setConsole: force => repl.moveTo(port.name, Boolean(force)),
      write: (...data) => this.#send(port, realm.flatten(realm.array(data))),
      print: value => this.#send(port, printed(value)),
      println: value => this.#send(port, bytesOfText(`${describe(realm, value)}\r\n`)),
      read: count => this.#take(port, wholeNumber(count)),
      available: () => port.kept.length,
      flush: () => undefined,
      isConnected: () => port.open,
    };
  }
}
