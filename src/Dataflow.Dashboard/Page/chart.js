// A line plot of the last minutes.

import { el, svg, setAttribute, setText } from './dom.js';
import { bytes, timeOfDay } from './format.js';

const width = 600;
const height = 120;

/** Makes a plot of one line. Points: [{ at, value }], by time. */
export function chart(title, format, { max = null, tone = 'accent' } = {}) {
    const area = svg('path', { class: 'area' });
    const line = svg('path', { class: 'line' });
    const limit = svg('path', { class: 'limit' });
    const cursor = svg('path', { class: 'cursor' });
    const plot = svg(
        'svg',
        { class: 'plot', viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', role: 'img' },
        area,
        limit,
        line,
        cursor,
    );
    const now = el('span', { class: 'now' });
    const top = el('span');
    const begin = el('span');
    const end = el('span');
    const root = el(
        'figure',
        { class: `chart ${tone}` },
        el('figcaption', {}, el('span', {}, title), now),
        el('div', { class: 'frame' }, plot, el('span', { class: 'top-label' }, top)),
        el('div', { class: 'axis', 'aria-hidden': 'true' }, begin, end),
    );
    let shown = [];
    let pointed = null;
    const showNow = () => {
        const last = pointed === null ? shown.at(-1) : shown[pointed];
        setText(now, !last ? '–' : pointed === null ? format(last.value) : `${timeOfDay(last.at)}  ${format(last.value)}`);
        setAttribute(cursor, 'd', pointed === null || !last ? '' : `M${last.x},0V${height}`);
    };
    plot.addEventListener('pointermove', event => {
        const x = ((event.clientX - plot.getBoundingClientRect().left) / plot.clientWidth) * width;
        pointed =
            shown.length === 0
                ? null
                : shown.reduce((best, point, i) => (Math.abs(point.x - x) < Math.abs(shown[best].x - x) ? i : best), 0);
        showNow();
    });
    plot.addEventListener('pointerleave', () => {
        pointed = null;
        showNow();
    });

    return {
        root,
        update(points) {
            const highest = points.reduce((high, point) => Math.max(high, point.value), 0);
            const most = Math.max(highest, max && max < highest * 4 ? max : 0);
            const scale = format === bytes ? 2 ** Math.ceil(Math.log2(Math.max(most, 1))) : nice(most);
            const [first, last] = [points[0]?.at ?? 0, points.at(-1)?.at ?? 0];
            const reach = Math.max(last - first, 60_000);
            shown = points.map(point => ({
                ...point,
                x: width - ((last - point.at) / reach) * width,
                y: height - (Math.max(0, point.value) / scale) * (height - 6) - 1,
            }));
            if (pointed !== null && pointed >= shown.length) pointed = null;
            const path = shown.map(point => `${point.x.toFixed(1)},${point.y.toFixed(1)}`).join('L');
            setAttribute(line, 'd', path && `M${path}`);
            setAttribute(area, 'd', path && `M${shown[0].x.toFixed(1)},${height}L${path}L${width},${height}Z`);
            setAttribute(limit, 'd', max && max <= scale ? `M0,${(height - (max / scale) * (height - 6) - 1).toFixed(1)}H${width}` : '');
            setText(top, format(scale));
            setText(begin, last === 0 ? '' : timeOfDay(last - reach));
            setText(end, last === 0 ? '' : timeOfDay(last));
            setAttribute(
                plot,
                'aria-label',
                points.length === 0
                    ? `${title}: nothing yet`
                    : `${title}: now ${format(points.at(-1).value)}, highest ${format(highest)}, ` +
                          `over the last ${Math.round(reach / 60_000)} minutes`,
            );
            showNow();
        },
    };
}

/** A small line without labels, for beside a number. */
export function sparkline() {
    const line = svg('path', { class: 'line' });
    const root = svg('svg', { class: 'spark', viewBox: '0 0 100 24', preserveAspectRatio: 'none', 'aria-hidden': 'true' }, line);
    return {
        root,
        update(values) {
            const high = Math.max(...values, 1e-9);
            const low = Math.min(...values, high);
            const reach = Math.max(high - low, high * 0.1);
            const last = values.length - 1;
            const points = values.map((value, i) => {
                const [x, y] = [100 - ((last - i) * 100) / Math.max(last, 59), 22 - ((value - low) / reach) * 20];
                return `${x.toFixed(1)},${y.toFixed(1)}`;
            });
            setAttribute(line, 'd', points.length > 1 ? `M${points.join('L')}` : '');
        },
    };
}

/** The next number of the form 1, 2, 2.5, 5 times a power of ten. */
function nice(value) {
    if (value <= 0) return 1;
    const power = 10 ** Math.floor(Math.log10(value));
    return [1, 2, 2.5, 5, 10].find(step => step * power >= value * 0.999) * power;
}
