import { readSettings } from '../agent/network/settings.ts';
import type { AgentStatus } from '../agent/status.ts';
import { readSerial } from '../client/fob-serial.ts';
import { shellWord } from '../errors.ts';
import { inventoryDirectory } from '../inventory/directory.ts';
import { historyOf } from '../inventory/history.ts';
import { openInventory } from '../inventory/inventory.ts';
import { askAgent } from './agent/control.ts';

/** The owner of a fob that is not this inventory's, as this computer knows it. */
export interface FobOwner {
  readonly sentence: string;
  /** The command that reaches the owner. */
  readonly next: string;
  readonly document: Readonly<Record<string, unknown>>;
}

/**
 * Returns the owner of a fob: a service that the running agent has asked about it, or the owner to whom this inventory
 * gave it; undefined if this computer does not know. Never fails: it only adds to an error.
 * @param isDoubtful whether the fob failed to prove itself: then only an owner counts to whom it proved itself
 */
export async function ownerOf(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
  isDoubtful: boolean,
): Promise<FobOwner | undefined> {
  try {
    const serial = readSerial(text);
    const directory = inventoryDirectory(environment);
    const status = (await askAgent(directory, 'status').catch(() => undefined)) as AgentStatus | undefined;
    const known = (status && serviceOf(status, serial, isDoubtful)) ?? (await receiverOf(directory, serial));
    // Without a running agent nobody has asked the services yet.
    return known ?? (status === undefined && !isDoubtful ? unasked(directory) : undefined);
  } catch {
    return undefined;
  }
}

/** The service that knows the fob, according to the running agent. */
function serviceOf({ services }: AgentStatus, serial: string, isDoubtful: boolean): FobOwner | undefined {
  for (const { url, name, fobs } of services) {
    const standing = fobs.find(fob => fob.serial === serial)?.standing;
    if (standing !== 'own' && (standing !== 'unproved' || isDoubtful)) continue;
    return {
      sentence: `Its owner is the service ${name} (${url}).`,
      next: `To have the service look after it now: passfob care --service ${shellWord(url)}`,
      document: { kind: 'service', name, url, standing },
    };
  }
  return undefined;
}

const HANDED_ON = ['given', 'forgotten', 'taken'];

/** The owner to whom this inventory gave the fob. */
async function receiverOf(directory: string, serial: string): Promise<FobOwner | undefined> {
  const inventory = openInventory(directory);
  try {
    const history = await historyOf(inventory, serial);
    const given = history.filter(({ event }) => HANDED_ON.includes(event)).at(-1);
    if (given === undefined || given.event === 'taken') return undefined;
    return {
      sentence: `This inventory gave it to another owner on ${given.at.slice(0, 10)}.`,
      next: `Ask that owner to look after it. To see when it was given: passfob inventory show ${serial}`,
      document: { kind: 'receiver', given: given.at },
    };
  } finally {
    await inventory.close();
  }
}

/** The services that may know the fob. */
function unasked(directory: string): FobOwner | undefined {
  const { services } = readSettings(directory);
  if (services.length === 0) return undefined;
  return {
    sentence: `Its owner may be ${services.map(({ name, url }) => `the service ${name} (${url})`).join(' or ')}.`,
    next: `To find out: ${services.map(({ url }) => `passfob care --service ${shellWord(url)}`).join(' or ')}`,
    document: { kind: 'unknown', services: services.map(({ name, url }) => ({ name, url })) },
  };
}
