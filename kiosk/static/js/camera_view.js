/* Feeds every <canvas data-frames="/…/frame.jpg"> from the long poll of that address.
 *
 * The canvas tells what happens by two events that bubble:
 *   camera:frame  {number, width, height}   a new picture was drawn
 *   camera:state  {state}                   starting, streaming, missing, lost, stopped or offline
 * data-every="500" leaves so many milliseconds between pictures, where a slower view will do.
 * Inside the same [data-camera] element, those with data-camera-state="missing lost …" are shown in these states only.
 */
const PAUSE_MS = 500;

function pause(ms) {
  return new Promise((done) => setTimeout(done, ms));
}

class CameraView {
  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d", { alpha: false, desynchronized: true });
    this.after = 0;
    this.state = "";
    this.say(canvas.dataset.state || "starting");
  }

  async run() {
    while (this.canvas.isConnected) {
      if (document.hidden) {
        await pause(PAUSE_MS);
        continue;
      }
      try {
        await this.step();
        if (this.canvas.dataset.every) await pause(Number(this.canvas.dataset.every));
      } catch {
        this.say("offline");
        await pause(PAUSE_MS);
      }
    }
  }

  /* Ask for the next frame, and draw the one before while it is on its way. */
  async step() {
    const answer = await fetch(`${this.canvas.dataset.frames}?after=${this.after}`, { cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    this.say(answer.headers.get("X-Camera-State") || "streaming");
    if (answer.status === 204) {
      if (this.state !== "streaming") await pause(PAUSE_MS);
      return;
    }
    this.after = Number(answer.headers.get("X-Frame-Number"));
    const number = this.after;
    const picture = await answer.blob();
    this.draw(picture, number).catch(() => {});
  }

  async draw(blob, number) {
    const picture = await createImageBitmap(blob);
    const { canvas } = this;
    if (number > (this.drawn || 0)) {
      this.drawn = number;
      if (canvas.width !== picture.width || canvas.height !== picture.height) {
        canvas.width = picture.width;
        canvas.height = picture.height;
      }
      this.pen.drawImage(picture, 0, 0);
      this.tell("camera:frame", { number, width: picture.width, height: picture.height });
    }
    picture.close();
  }

  say(state) {
    if (state === this.state) return;
    this.state = state;
    const around = this.canvas.closest("[data-camera]");
    if (around) {
      around.dataset.camera = state;
      for (const words of around.querySelectorAll("[data-camera-state]")) {
        words.hidden = !words.dataset.cameraState.split(" ").includes(state);
      }
    }
    this.tell("camera:state", { state });
  }

  tell(name, detail) {
    this.canvas.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }
}

const running = new WeakSet();

function startAll() {
  for (const canvas of document.querySelectorAll("canvas[data-frames]")) {
    if (running.has(canvas)) continue;
    running.add(canvas);
    new CameraView(canvas).run();
  }
}

document.addEventListener("DOMContentLoaded", startAll);
document.addEventListener("htmx:load", startAll);
