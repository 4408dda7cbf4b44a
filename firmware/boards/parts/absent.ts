import { Hmac } from '@passfob/protocol/hmac';
import type { Primitives } from '@passfob/protocol/primitives';
import { SHA256 } from '@passfob/protocol/primitives';
import type {
  AntiRollbackCounter,
  AttemptCounter,
  Keyboard,
  KeyDerivation,
  Maintenance,
  Power,
} from '../../core/base/ports.ts';

/** Parts that a board lacks: ordinary parts that do nothing, so that the core needs no `if`. */

export class NoAttemptCounter implements AttemptCounter {
  count(): number {
    return 0;
  }

  add(): boolean {
    return true;
  }
}

export class NoAntiRollbackCounter implements AntiRollbackCounter {
  load(): number {
    return 0;
  }

  save(): boolean {
    return true;
  }
}

/** Key derivation for boards without native PBKDF2: one HMAC. The PIN then protects the buttons only. */
export class NoKeyDerivation implements KeyDerivation {
  private readonly primitives: Primitives;

  constructor(primitives: Primitives) {
    this.primitives = primitives;
  }

  iterations(): number {
    return 1;
  }

  derive(pin: Uint8Array, salt: Uint8Array): Uint8Array {
    return new Hmac(this.primitives, SHA256, salt).mac([pin]);
  }
}

export class NoMaintenance implements Maintenance {
  begin(): void {}
}

/** A board whose Espruino has no USB HID: no computer ever takes a key. */
export class NoKeyboard implements Keyboard {
  readonly ready: boolean;

  constructor() {
    this.ready = false;
  }

  report(): boolean {
    return false;
  }
}

/** A board that cannot measure its supply. */
export class NoSupply implements Power {
  battery(): number {
    return -1;
  }
}
