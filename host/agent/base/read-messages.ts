import {
  type FieldCheck,
  identityShape,
  name,
  oneOf,
  openShape,
  port,
  readByShape,
  refusedShape,
  type ShapesOf,
  wire,
} from '../../activation/shapes.ts';
import { FOB_NUMBER_MAX } from './limits.ts';
import {
  type AgentMessage,
  type AgentServiceMessage,
  FOB_OWNERSHIPS,
  NOTICES,
  UNREACHED,
} from './messages.ts';

const fob: FieldCheck = value =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= FOB_NUMBER_MAX;

const AGENT_SHAPES: ShapesOf<AgentMessage> = {
  open: openShape,
  fob: { fob, serial: name, port },
  gone: { fob },
  bytes: { fob, text: wire },
  unreached: { fob, why: oneOf(...UNREACHED) },
  beat: {},
};

const SERVICE_SHAPES: ShapesOf<AgentServiceMessage> = {
  identity: { ...identityShape, name },
  standing: { fob, is: oneOf(...FOB_OWNERSHIPS) },
  bytes: { fob, text: wire },
  release: { fob },
  notice: { fob, kind: oneOf(...NOTICES) },
  beat: {},
  refused: refusedShape,
};

/** Parses an agent's message. Returns undefined for anything but exactly one valid message. */
export function readAgentMessage(said: string): AgentMessage | undefined {
  return readByShape(said, AGENT_SHAPES) as AgentMessage | undefined;
}

/** Parses a service's message to an agent. Returns undefined for anything but exactly one valid message. */
export function readAgentServiceMessage(said: string): AgentServiceMessage | undefined {
  return readByShape(said, SERVICE_SHAPES) as AgentServiceMessage | undefined;
}
