// A number sign: dots of light, five by seven a letter.

const DOTS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-";
// The seven rows of each, top first, a row's five dots as one digit to the base 32.
const ROWS =
  "ehjlphe 4c4444e eh1248v v2421he 26aiv22 vgu11he 68guhhe v124888 ehhehhe ehhf12c ehhhvhh uhhuhhu ehggghe " +
  "sihhhis vgguggv vgguggg ehgnhhf hhhvhhh e44444e 72222ic hikokih ggggggv hrllhhh hhpljhh ehhhhhe uhhuggg " +
  "ehhhlid uhhukih fgge11u v444444 hhhhhhe hhhhha4 hhhllla hha4ahh hhha444 v1248gv 000v000";
const FONT = Object.fromEntries(ROWS.split(" ").map((rows, place) => [DOTS[place], rows]));
const LETTERS = 4; // that a sign has room for; longer texts are drawn smaller

// Draws the text on the canvas, at the size that the canvas has on the page.
export function drawLed(canvas, text, lit) {
  const dark = text.endsWith("."); // the sign's own mark: nobody vouches for the text just now
  const letters = dark ? text.slice(0, -1) : text;
  const columns = Math.max(LETTERS, letters.length) * 6 + 1;
  const ratio = devicePixelRatio || 1;
  const width = (canvas.width = canvas.clientWidth * ratio);
  const height = (canvas.height = canvas.clientHeight * ratio);
  const pitch = Math.min(width / columns, height / 9);
  const left = (width - pitch * columns) / 2;
  const top = (height - pitch * 9) / 2;
  const begin = Math.floor((columns - letters.length * 6 + 1) / 2);
  const context = canvas.getContext("2d");
  for (let row = 0; row < 9; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const place = Math.floor((column - begin) / 6);
      const dot = (column - begin) % 6;
      const rows = FONT[letters[place]] ?? "0000000";
      const bits = row > 0 && row < 8 && dot >= 0 && dot < 5 ? parseInt(rows[row - 1], 32) : 0;
      const mark = dark && row === 8 && column === columns - 1;
      context.fillStyle = lit && ((bits >> (4 - dot)) & 1 || mark) ? "#ffb52e" : "#2b2118";
      context.beginPath();
      context.arc(left + (column + 0.5) * pitch, top + (row + 0.5) * pitch, pitch * 0.4, 0, 7);
      context.fill();
    }
  }
}
