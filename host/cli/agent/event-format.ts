import type { AgentEvent } from '../../agent/agent.ts';
import { networkFailureCode } from '../../agent/network/failure.ts';
import { printable } from '../base/terminal.ts';
import { agentTexts, MEANS } from './texts.ts';

/** Formats an event as a line for people. */
export function eventText(event: AgentEvent, nowMs: number): string {
  return printable(sentenceOf(event, nowMs));
}

function sentenceOf(event: AgentEvent, nowMs: number): string {
  switch (event.event) {
    case 'fob':
      return agentTexts.fob(event.serial, event.port);
    case 'gone':
      return agentTexts.gone(event.serial);
    case 'slept':
      return agentTexts.slept;
    case 'standing':
      return agentTexts.standings[event.standing](event.serial, event.service.url);
    case 'notice':
      return agentTexts.notices[event.kind](event.serial, event.name);
    case 'step':
      return agentTexts.step(event.serial, event.name, event.text, event.why);
    case 'tasks':
      return agentTexts.tasks(event.serial, event.service.url, event.waiting.length, event.done.length);
    case 'service':
      return serviceSentence(event, nowMs);
  }
}

function serviceSentence(
  { service: { url }, state }: Extract<AgentEvent, { event: 'service' }>,
  nowMs: number,
): string {
  if (state.state === 'connecting') return agentTexts.connecting(url);
  if (state.state === 'connected') return agentTexts.connected(url, state.name, MEANS[state.by]);
  const { message, next } = state.problem;
  const seconds = state.atMs === undefined ? undefined : Math.ceil((state.atMs - nowMs) / 1000);
  return agentTexts.waiting(url, message, next, seconds);
}

/** Formats an event as a line for programs. */
export function eventDocument(event: AgentEvent, nowMs: number): Readonly<Record<string, unknown>> {
  const time = new Date(nowMs).toISOString();
  if (event.event === 'slept') return { time, event: event.event };
  if (event.event === 'fob' || event.event === 'gone') return { time, ...event };
  const { service, event: name } = event;
  const head = { time, event: name, url: service.url };
  if (event.event === 'standing') return { ...head, serial: event.serial, standing: event.standing };
  if (event.event === 'notice') return { ...head, serial: event.serial, notice: event.kind };
  if (event.event === 'step') {
    const { serial, step, text, why = null } = event;
    return { ...head, serial, step, text, why };
  }
  if (event.event === 'tasks')
    return { ...head, serial: event.serial, waiting: event.waiting, done: event.done };
  const { state } = event;
  if (state.state !== 'waiting') return { ...head, ...state };
  const { problem, atMs } = state;
  return {
    ...head,
    state: state.state,
    problem: {
      code: networkFailureCode(problem) ?? problem.kind,
      message: problem.message,
      next: problem.next,
    },
    again: atMs === undefined ? null : new Date(atMs).toISOString(),
  };
}
