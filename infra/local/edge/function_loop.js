// Answers lines of JSON, {"name": ..., "event": ...}, by what a function returns. `functions` is declared before this.
// Reads and writes by file descriptor, since that is what njs and Node have in common.
const fs = require('fs');

function answer(line) {
  try {
    const asked = JSON.parse(line);
    const returned = functions[asked.name](asked.event);
    if (returned && typeof returned.then === 'function') return { error: 'a promise was returned' };
    return { returned: returned === undefined ? null : returned };
  } catch (error) {
    return { error: String(error) };
  }
}

const input = fs.openSync('/dev/stdin', 'r');
const output = fs.openSync('/dev/stdout', 'w');
const piece = Buffer.alloc(65536);
let text = '';
let length = fs.readSync(input, piece, 0, piece.length, null);
while (length > 0) {
  text += piece.toString('utf8', 0, length);
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
    fs.writeSync(output, JSON.stringify(answer(text.slice(0, end))) + '\n');
    text = text.slice(end + 1);
  }
  length = fs.readSync(input, piece, 0, piece.length, null);
}
