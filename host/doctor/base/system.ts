import type { PortOwner } from '../../transports/port-owners.ts';
import type { PortFound } from '../../transports/ports.ts';

/** Packages with a native part. */
export const NATIVE_PARTS = ['serialport', 'node-hid', 'better-sqlite3'] as const;
export type NativePart = (typeof NATIVE_PARTS)[number];

/** Facts of a file or folder. */
export interface FileFacts {
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** The checks' view of a machine. No call changes anything. */
export interface System {
  /** As Node names them: `linux`, `x64`. */
  readonly platform: string;
  readonly arch: string;
  /** `20.19.0` */
  readonly nodeVersion: string;
  /** Undefined on Windows, where users have no numbers. */
  readonly uid: number | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Text of a file, or undefined if it cannot be read. */
  readText(path: string): Promise<string | undefined>;
  /** Names in a folder; none if it cannot be read. */
  names(path: string): Promise<readonly string[]>;
  facts(path: string): Promise<FileFacts | undefined>;
  /** Whether this user may read and write a file. */
  mayUse(path: string): Promise<boolean>;
  /** Output of a program that ends with 0; undefined otherwise, and if it is not installed. */
  print(program: string, ...args: readonly string[]): Promise<string | undefined>;
  /** Loads the native part of a package: undefined if that works, otherwise the error message. */
  load(part: NativePart): Promise<string | undefined>;
  ports(): Promise<readonly PortFound[]>;
  /** Programs that have a port open, as far as this user can see them. */
  owners(path: string): Promise<readonly PortOwner[]>;
}
