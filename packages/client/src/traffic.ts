/**
 * What a connection has moved since its start-up: bytes of protocol messages as they are before TLS, cancel requests
 * left out.
 */
export interface Traffic {
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** How often something was sent after an answer had come: what the network's delay is paid for. */
  readonly roundTrips: number;
  /** Milliseconds that requests took, from their turn until their last answer. */
  readonly busyMs: number;
}

/** Counts a connection's traffic by chunk and by turn, never by row. */
export class TrafficMeter {
  #bytesSent = 0;
  #bytesReceived = 0;
  #roundTrips = 0;
  #busyMs = 0;
  #direction: 'out' | 'in' = 'in';
  #since: number | undefined;

  sent(byteLength: number): void {
    this.#bytesSent += byteLength;
    if (this.#direction === 'in') this.#roundTrips += 1;
    this.#direction = 'out';
  }

  received(byteLength: number): void {
    this.#bytesReceived += byteLength;
    this.#direction = 'in';
  }

  /** A request has its turn. */
  begin(): void {
    this.#since = performance.now();
  }

  /** It has had its last answer. */
  end(): void {
    this.#busyMs = this.#busyMsNow;
    this.#since = undefined;
  }

  get traffic(): Traffic {
    return {
      bytesSent: this.#bytesSent,
      bytesReceived: this.#bytesReceived,
      roundTrips: this.#roundTrips,
      busyMs: this.#busyMsNow,
    };
  }

  get #busyMsNow(): number {
    return this.#since === undefined ? this.#busyMs : this.#busyMs + performance.now() - this.#since;
  }
}
