// A page that listens to server-sent events and talks over a WebSocket.
import { browse } from './browser.mjs';

await browse(async (page, url) => {
  await page.goto(url + '/page.html');
  return page.evaluate(async () => {
    const events = await new Promise((resolve, reject) => {
      const seen = [];
      const source = new EventSource('/ticks');
      source.addEventListener('tick', (event) => {
        seen.push([event.data, event.lastEventId]);
        if (seen.length === 3) {
          source.close();
          resolve(seen);
        }
      });
      setTimeout(() => reject(new Error('no events: ' + JSON.stringify(seen))), 15000);
    });
    const replies = await new Promise((resolve, reject) => {
      const seen = [];
      const socket = new WebSocket(`ws://${location.host}/chat`, ['v1']);
      socket.binaryType = 'arraybuffer';
      socket.onopen = () => {
        seen.push(socket.protocol);
        socket.send('h\u00e4llo');
        socket.send(new Uint8Array([1, 2, 3]));
        socket.send('x'.repeat(200000));
      };
      socket.onmessage = (message) => {
        seen.push(typeof message.data === 'string' ? message.data.length > 100 ? message.data.length : message.data : message.data.byteLength);
        if (seen.length === 4) {
          socket.close(3001, 'enough');
        }
      };
      socket.onclose = (event) => resolve([...seen, event.code, event.wasClean]);
      setTimeout(() => reject(new Error('no close: ' + JSON.stringify(seen))), 15000);
    });
    return { events, replies };
  });
});
