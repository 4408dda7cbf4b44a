import type { PortOwner } from '../../transports/port-owners.ts';
import type { PortFound } from '../../transports/ports.ts';

/** Packages with a native part. */
export const NATIVE_PARTS = ['serialport', 'node-hid', 'better-sqlite3'] as const;
export type NativePart = (typeof NATIVE_PARTS)[number];

/** Of a file or folder. */
export interface FileFacts {
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** What the checks ask of a machine. Nothing is changed by asking. */
export interface System {
  /** As Node names them: `linux`, `x64`. */
  readonly platform: string;
  readonly arch: string;
  /** `20.19.0` */
  readonly nodeVersion: string;
  /** Undefined where users have no numbers (Windows). */
  readonly uid: number | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Text of a file, or undefined where it cannot be read. */
  readText(path: string): Promise<string | undefined>;
  /** Names in a folder; none where it cannot be read. */
  names(path: string): Promise<readonly string[]>;
  facts(path: string): Promise<FileFacts | undefined>;
  /** Whether this user may read and write a file. */
  mayUse(path: string): Promise<boolean>;
  /** What a program prints when it ends with 0; undefined otherwise, and where it is not installed. */
  print(program: string, ...args: readonly string[]): Promise<string | undefined>;
  /** Loads the native part of a package: undefined where that works, else the words of the failure. */
  load(part: NativePart): Promise<string | undefined>;
  ports(): Promise<readonly PortFound[]>;
  /** Programs that have a port open, as far as this user may see them. */
  owners(path: string): Promise<readonly PortOwner[]>;
}
