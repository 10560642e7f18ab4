// Numbers, sizes, spans and moments for people.

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const percentage = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 0 });
const clock = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });

export const none = '–';

export const count = value => (value === null || value === undefined ? none : whole.format(value));
export const number = value => (value === null || value === undefined ? none : fine.format(value));
export const short = value =>
    Math.abs(value) < 100
        ? fine.format(Math.round(value * 10) / 10)
        : Math.abs(value) < 1000
          ? whole.format(value)
          : compact.format(value).replace('K', 'k');
export const rate = value => `${short(value)}/s`;
export const percent = value => (value > 0 && value < 0.005 ? '<1%' : percentage.format(value));
export const timeOfDay = ms => clock.format(ms);

/** A change per minute, with its sign. */
export function growth(value) {
    if (value === null || value === undefined) return none;
    const rounded = Math.round(value);
    return rounded > 0 ? `+${whole.format(rounded)}` : whole.format(rounded).replace('-', '−').replace('−0', '0');
}

export function bytes(value) {
    const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
    let unit = 0;
    while (value >= 1024 && unit < units.length - 1) {
        value /= 1024;
        unit++;
    }
    return `${value >= 100 || unit === 0 ? whole.format(value) : fine.format(Math.round(value * 10) / 10)} ${units[unit]}`;
}

export function span(ms) {
    if (ms === null || ms === undefined) return none;
    if (ms < 1) return `${fine.format(ms)} ms`;
    if (ms < 1000) return `${whole.format(ms)} ms`;
    const seconds = ms / 1000;
    if (seconds < 60) return `${fine.format(Math.round(seconds * 10) / 10)} s`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
    if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
    return `${whole.format(seconds / 86400)} days`;
}

/** A moment of event time, in UTC. */
export function moment(ms) {
    return ms === null || ms === undefined ? none : new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
}
