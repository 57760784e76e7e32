/** The data of each server-sent event, as it comes. Comments, ids and names of events are passed over. */
export async function* serverEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let data: string[] = [];
  for await (const line of linesOf(body)) {
    if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5));
    if (line !== '' || data.length === 0) continue;
    yield data.join('\n');
    data = [];
  }
  // A server that closes without the last empty line has still sent its last event.
  if (data.length > 0) yield data.join('\n');
}

async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  // A picture is one line of megabytes in many pieces: they are joined once, when its end is there.
  let pieces: string[] = [];
  for await (const bytes of body) {
    const [first = '', ...more] = decoder.decode(bytes, { stream: true }).split('\n');
    pieces.push(first);
    for (const next of more) {
      yield pieces.join('').replace(/\r$/, '');
      pieces = [next];
    }
  }
  yield pieces.join('').replace(/\r$/, '');
}
