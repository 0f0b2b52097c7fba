const MOST_LINES = 300;
const LONGEST_ROW = 60;

// Both sides of one mismatch, with what differs marked: by lines where either has several, else by letters.
function markDifference(expected, got) {
  const [one, two] = [pretty(expected), pretty(got)];
  if ((one.includes("\n") || two.includes("\n")) && one.split("\n").length < MOST_LINES && two.split("\n").length < MOST_LINES) return markLines(one.split("\n"), two.split("\n"));
  return markLetters(one, two);
}

// A long object or list gets a line for each of its parts; quoted text and what is empty stay as they are.
function pretty(text) {
  if (!/^[[{]/.test(text) || text.length < LONGEST_ROW) return text;
  let depth = 0;
  return text.replace(/"(?:[^"\\]|\\[^])*"?|[[{]\s*[\]}]|[[{\]}]|,\s*/g, (token) => {
    if (token[0] === '"' || /^[[{]\s*[\]}]/.test(token)) return token;
    depth += "[{".includes(token) ? 1 : "]}".includes(token) ? -1 : 0;
    const row = `\n${"  ".repeat(Math.max(0, depth))}`;
    return "]}".includes(token) ? `${row}${token}` : `${token.trim()}${row}`;
  });
}

// Letters, not the halves that some of them are stored as.
function markLetters(expected, got) {
  const [one, two] = [[...expected], [...got]];
  const most = Math.min(one.length, two.length);
  let head = 0;
  while (head < most && one[head] === two[head]) head += 1;
  let tail = 0;
  while (tail < most - head && one[one.length - 1 - tail] === two[two.length - 1 - tail]) tail += 1;
  const part = (letters, from, to) => letters.slice(from, to).join("");
  const cut = (letters, tag) => [part(letters, 0, head), letters.length - tail > head ? make(tag, {}, part(letters, head, letters.length - tail)) : "", part(letters, letters.length - tail)];
  if (head + tail < 2) return [[expected], [got]];
  return [cut(one, "ins"), cut(two, "del")];
}

function markLines(one, two) {
  const same = Array.from({ length: one.length + 1 }, () => new Uint16Array(two.length + 1));
  for (let i = one.length - 1; i >= 0; i -= 1) {
    for (let j = two.length - 1; j >= 0; j -= 1) same[i][j] = one[i] === two[j] ? same[i + 1][j + 1] + 1 : Math.max(same[i + 1][j], same[i][j + 1]);
  }
  const [left, right] = [[], []];
  let [i, j] = [0, 0];
  while (i < one.length || j < two.length) {
    if (one[i] === two[j]) { left.push(`${one[i]}\n`); right.push(`${two[j]}\n`); i += 1; j += 1; }
    else if (j >= two.length || (i < one.length && same[i + 1][j] >= same[i][j + 1])) { left.push(make("ins", {}, one[i]), "\n"); i += 1; }
    else { right.push(make("del", {}, two[j]), "\n"); j += 1; }
  }
  return [left, right];
}
