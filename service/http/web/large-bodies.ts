/** Limits of the bytes of bodies being read at once: in all, and from one source. */
export interface LargeBodiesBounds {
  readonly most: number;
  readonly mostOfSource: number;
}

/** A body in progress. */
interface Body {
  readonly bytes: number;
  /** Ends its connection. */
  readonly end: () => void;
}

/** The bodies of one source, the oldest first. */
interface Source {
  bytes: number;
  readonly bodies: Set<Body>;
}

/**
 * The large bodies being read on this node. When the capacity is used up, the source with most bytes loses its oldest
 * body, as long as it has more than the source of the new one. So slow bodies of one source keep nobody else out.
 */
export class LargeBodies {
  private readonly bounds: LargeBodiesBounds;
  private bytes: number;
  private readonly sources: Map<string, Source>;

  constructor(bounds: LargeBodiesBounds) {
    this.bounds = bounds;
    this.bytes = 0;
    this.sources = new Map();
  }

  /**
   * @param end ends the connection of this body if another one needs its capacity
   * @returns a function that frees the capacity, or undefined if there is none now
   */
  begin(name: string, bytes: number, end: () => void): (() => void) | undefined {
    const wanted = (this.sources.get(name)?.bytes ?? 0) + bytes;
    if (wanted > this.bounds.mostOfSource) return undefined;
    while (this.bytes + bytes > this.bounds.most) if (!this.evict(wanted)) return undefined;
    const body = { bytes, end };
    const source = this.sources.get(name) ?? { bytes: 0, bodies: new Set() };
    this.sources.set(name, source);
    source.bodies.add(body);
    source.bytes += bytes;
    this.bytes += bytes;
    return () => this.release(name, source, body);
  }

  /** Ends the oldest body of the source with most bytes. @returns false if no source has more than wanted */
  private evict(wanted: number): boolean {
    let [largest, bytes] = ['', wanted];
    for (const [name, source] of this.sources)
      if (source.bytes > bytes) [largest, bytes] = [name, source.bytes];
    const source = this.sources.get(largest);
    const [oldest] = source?.bodies ?? [];
    if (source === undefined || oldest === undefined) return false;
    this.release(largest, source, oldest);
    oldest.end();
    return true;
  }

  private release(name: string, source: Source, body: Body): void {
    if (!source.bodies.delete(body)) return;
    source.bytes -= body.bytes;
    this.bytes -= body.bytes;
    if (source.bodies.size === 0) this.sources.delete(name);
  }
}
