// Server-sent events by fetch, because EventSource cannot carry a token in a header.

const LONGEST_WAIT = 30_000; // milliseconds between attempts
const SILENCE = 45_000; // the server says something every 15 seconds

// Seconds that a refusing answer asks us to wait, or a default.
export function retryAfter(answer, otherwise) {
  const seconds = Number(answer.headers.get("Retry-After"));
  return seconds > 0 && seconds <= 3600 ? seconds : otherwise;
}

// Waits, at most until the network is back.
export function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener("online", end);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    addEventListener("online", end);
    signal?.addEventListener("abort", end);
  });
}

async function* read(body, heard) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    heard();
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const event = { name: "message", data: "" };
      for (const line of block.split("\n")) {
        if (line.startsWith("event: ")) event.name = line.slice(7);
        else if (line.startsWith("data: ")) event.data += line.slice(6);
      }
      if (event.data) yield { name: event.name, data: JSON.parse(event.data) };
    }
  }
}

// Follows a stream until stopped, connecting again with growing pauses. Every connection begins with everything, so the
// receiver needs no memory of where it was. Returns a function that stops it.
export function follow(address, headers, { receive, connected, gone }) {
  const stop = new AbortController();
  (async () => {
    let wait = 1000;
    while (!stop.signal.aborted) {
      const attempt = new AbortController();
      const give_up = () => attempt.abort();
      stop.signal.addEventListener("abort", give_up);
      let silence = setTimeout(give_up, SILENCE);
      const heard = () => {
        clearTimeout(silence);
        silence = setTimeout(give_up, SILENCE);
      };
      addEventListener("offline", give_up);
      let pause_for = wait * (0.5 + Math.random());
      try {
        const answer = await fetch(address, { headers, signal: attempt.signal, cache: "no-store" });
        if (answer.status === 401) {
          gone();
          return;
        }
        if (answer.ok) {
          for await (const event of read(answer.body, heard)) {
            connected(true);
            wait = 1000;
            receive(event);
          }
          pause_for = 0; // the server ends every stream after a while
        } else {
          pause_for = 1000 * retryAfter(answer, pause_for / 1000);
        }
      } catch {
        // away: try again below
      } finally {
        clearTimeout(silence);
        stop.signal.removeEventListener("abort", give_up);
        removeEventListener("offline", give_up);
      }
      if (stop.signal.aborted) return;
      if (pause_for > 0) {
        connected(false);
        await pause(pause_for, stop.signal);
        wait = Math.min(wait * 2, LONGEST_WAIT);
      }
    }
  })();
  return () => stop.abort();
}
