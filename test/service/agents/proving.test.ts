import { agentLimits } from '@passfob/service/base/limits/agents';
import { careLimits } from '@passfob/service/base/limits/care';
import { webLimits } from '@passfob/service/base/limits/web';
import { HoldSlots } from '@passfob/service/subjects/agents/hold-slots';
import { ProofQueue, type ProvableFob } from '@passfob/service/subjects/agents/proving';
import { expect, it } from 'vitest';
import { AgentsNode } from './agents-node.ts';

const fobOf = (serial: string, from = '192.0.2.1'): ProvableFob => ({ serial, carrier: { from } });

/** Begins all proofs that may begin. @returns their fobs */
function begun(proofs: ProofQueue<ProvableFob>): ProvableFob[] {
  const all: ProvableFob[] = [];
  for (let fob = proofs.next(); fob !== undefined; fob = proofs.next()) all.push(fob);
  return all;
}

it('a flood of invented serial numbers does not make one fob be tried more often than its rate limit', () => {
  let nowMs = 0;
  const proofs = new ProofQueue(() => nowMs);
  const tries = (serial: string, from?: string) => {
    const isTaken = proofs.add(fobOf(serial, from));
    for (const fob of begun(proofs)) proofs.end(fob);
    return isTaken;
  };
  for (let count = 0; count < agentLimits.agentFobProofBucket.burst; count++)
    expect(tries('PF-1')).toBe(true);
  expect(tries('PF-1')).toBe(false);
  for (let count = 0; count < 3 * webLimits.bucketsKept; count++) tries(`PF-X${count}`);
  nowMs += 1_000;
  expect(tries('PF-1')).toBe(false);
  expect(tries('PF-1', '192.0.2.2')).toBe(true);
});

it('at most eight proofs of one serial number run at once over all sources, and sources take turns', () => {
  const proofs = new ProofQueue<ProvableFob>(() => 0);
  for (let source = 0; source < 40; source++)
    for (let count = 0; count < 5; count++) proofs.add(fobOf('PF-1', `198.51.100.${source}`));
  const strangers = agentLimits.agentProofsPerSerial - agentLimits.agentProofsPerSerialTrusted;
  const first = begun(proofs);
  expect(first).toHaveLength(strangers);
  // The first five are of the first source alone, because no other source had arrived.
  const rest = Array.from({ length: 39 }, (_one, index) => {
    for (const fob of first.splice(0, 1)) proofs.end(fob);
    const [next] = begun(proofs);
    if (next !== undefined) first.push(next);
    return `${index} ${next?.carrier.from}`;
  });
  expect(new Set(rest.map(one => one.split(' ')[1])).size).toBe(39);
  expect(proofs.underWay).toBe(strangers);
});

it('a fob at the source where it last proved itself gets past others that announce its serial number', () => {
  const proofs = new ProofQueue<ProvableFob>(() => 0);
  const own = fobOf('PF-1', '203.0.113.7');
  proofs.trust(own);
  for (let source = 0; source < 20; source++) proofs.add(fobOf('PF-1', `198.51.100.${source}`));
  begun(proofs);
  proofs.add(own);
  expect(begun(proofs)).toEqual([own]);
  expect(proofs.underWay).toBe(agentLimits.agentProofsPerSerial);
});

it('sources take turns at the capacity of a node, however many serial numbers one of them announces', () => {
  const proofs = new ProofQueue<ProvableFob>(() => 0);
  const hostile = ['198.51.100.1', '198.51.100.2', '198.51.100.3'];
  for (const from of hostile)
    for (let count = 0; count < 1_000; count++) proofs.add(fobOf(`PF-${from}-${count}`, from));
  const running = begun(proofs);
  expect(running).toHaveLength(agentLimits.agentProofsAtOnce);
  const own = fobOf('PF-1', '203.0.113.7');
  proofs.add(own);
  const next = running.slice(0, hostile.length + 1).flatMap(fob => {
    proofs.end(fob);
    return begun(proofs);
  });
  expect(next).toContain(own);
});

it('a fob that leaves frees its place in the queue, whether it waits or could begin', () => {
  const proofs = new ProofQueue<ProvableFob>(() => 0);
  const many = Array.from({ length: 20 }, (_one, index) => fobOf('PF-1', `198.51.100.${index}`));
  for (const fob of many) proofs.add(fob);
  const last = many.at(-1);
  for (const fob of many) if (fob !== last) proofs.leave(fob);
  expect(begun(proofs)).toEqual([last]);
});

it('a fob that is requested again during its proof is proved once more afterwards', () => {
  const proofs = new ProofQueue<ProvableFob>(() => 0);
  const fob = fobOf('PF-1');
  proofs.add(fob);
  expect(begun(proofs)).toEqual([fob]);
  expect([proofs.add(fob), begun(proofs)]).toEqual([true, []]);
  expect(proofs.end(fob)).toBe(true);
  proofs.add(fob);
  expect(begun(proofs)).toEqual([fob]);
  expect(proofs.end(fob)).toBe(false);
});

/** Takes slots until there is none. @returns how many there were */
function takeAll(slots: HoldSlots, from: string): number {
  let taken = 0;
  while (slots.take(from)) taken++;
  return taken;
}

it('persons who are asked for a hold leave sessions to other fobs, behind one source and in all', () => {
  const slots = new HoldSlots();
  expect(takeAll(slots, 'a')).toBe(careLimits.holdsPerSource);
  expect(careLimits.holdsPerSource).toBeLessThan(agentLimits.agentProofsPerSource);
  expect(takeAll(slots, 'b')).toBe(careLimits.holdsAtOnce - careLimits.holdsPerSource);
  expect(careLimits.holdsAtOnce).toBeLessThan(agentLimits.agentProofsAtOnce);
  expect(takeAll(slots, 'c')).toBe(0);
  slots.give('a');
  expect(takeAll(slots, 'a')).toBe(1);
  slots.give('b');
  expect(takeAll(slots, 'c')).toBe(1);
});

it('connections give way by source: a crowd at three sources displaces only its own connections', async () => {
  await using node = await AgentsNode.open();
  node.connect('203.0.113.1');
  const crowd = ['198.51.100.1', '198.51.100.2', '198.51.100.3'];
  for (let count = 0; count < agentLimits.agentsMax + 1_000; count++)
    node.connect(crowd[count % crowd.length]);
  expect(node.agents.count).toBe(agentLimits.agentsMax);
  expect(node.agents.hasCapacityFor('203.0.113.2')).toBe(true);
  expect(node.closed[0]).toBe(0);
  expect(node.closed.filter(code => code !== 0)).toHaveLength(1_001);
});
