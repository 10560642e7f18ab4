// The plan as a living graph: rates on its edges, the use of time in its nodes, the bottleneck marked.

import { svg, setAttribute, setText } from './dom.js';
import { bottlenecks } from './findings.js';
import { layout } from './layout.js';
import { rate, percent, short } from './format.js';

const size = { width: 166, height: 74 };
const leastScale = 0.75;
const joints = new Set(['Exchange', 'SecondInput']);
const leads = /^(key-by|values|rows)(-\d+)?$/;
const mostMoving = 80;

/** Draws a plan. Where there is little room it leads downwards, else to the right. */
export function graph(plan, isNarrow, showsAll) {
    const nodes = withoutJoints(plan.steps, showsAll);
    const drawn = isNarrow
        ? layout(nodes, { width: size.height, height: size.width, between: 14, along: 42 })
        : layout(nodes, { width: size.width, height: size.height, between: 22, along: 48 });
    const turn = (x, y) => (isNarrow ? [y, x] : [x, y]);
    const [width, height] = turn(drawn.length, drawn.breadth);
    const root = svg('svg', {
        class: `plan ${drawn.edges.length <= mostMoving ? 'moves' : ''}`,
        viewBox: `-12 -16 ${width + 24} ${height + 32}`,
        role: 'group',
        'aria-label': 'Plan: steps from sources to sinks',
    });
    root.style.maxWidth = `${width + 24}px`; // it shrinks to the room there is, as long as it stays readable
    root.style.minWidth = `${(width + 24) * (isNarrow ? 0.86 : leastScale)}px`;
    const sides = new Set(nodes.filter(node => node.kind === 'SideOutput').map(node => node.id));
    const edges = drawn.edges.map(edge => edgeOf({ ...edge, isSide: sides.has(edge.to) }, turn, isNarrow));
    const shapes = nodes.map(node => nodeOf(node, turn(drawn.places.get(node.id).x, drawn.places.get(node.id).y)));
    root.append(...edges.map(edge => edge.root), ...edges.map(edge => edge.label), ...shapes.map(shape => shape.root));

    return {
        root,
        update(view) {
            const steps = new Map(view.steps.map(step => [step.label, step]));
            const slow = bottlenecks(view.findings);
            const stageNames = new Set(view.stages.map(stage => stage.name));
            edges.forEach(edge => edge.update(steps));
            // Where a step is known, not all of its stage.
            const places = new Set(nodes.filter(node => slow.has(node.id)).map(node => node.stage));
            shapes.forEach(shape => {
                const isSlow =
                    slow.has(shape.node.id) || (stageNames.size > 1 && slow.has(shape.node.stage) && !places.has(shape.node.stage));
                shape.update(steps.get(shape.node.id), useOf(shape.node, view.stages, stageNames), isSlow);
            });
        },
    };
}

/** The busiest instance of a step's stage; with one worker all stages run as one. */
function useOf(node, stages, names) {
    const own = names.size === 1 ? stages : stages.filter(stage => stage.name === node.stage);
    return own.reduce((busiest, stage) => (!busiest || stage.busy > busiest.busy ? stage : busiest), null);
}

/** Leaves out the steps that only lead records on: they are shown as the edges that they are. */
function withoutJoints(steps, showsAll) {
    const byLabel = new Map(steps.map(step => [step.label, step]));
    const isJoint = step =>
        joints.has(step.kind) || (!showsAll && step.kind === 'Step' && step.inputs.length === 1 && leads.test(step.label));
    const ends = (label, remarks) => {
        const step = byLabel.get(label);
        if (!isJoint(step)) return [{ id: label, remarks }];
        const remark = step.kind === 'Exchange' ? step.detail : '';
        return step.inputs.flatMap(input => ends(input, remark ? [remark, ...remarks] : remarks));
    };
    return steps
        .filter(step => !isJoint(step))
        .map(step => ({
            id: step.label,
            kind: step.kind,
            stage: step.stage,
            detail: step.detail,
            inputs: step.inputs.flatMap(input => ends(input, [])),
        }));
}

function edgeOf(edge, turn, isNarrow) {
    const points = edge.points.map(([x, y]) => turn(x, y));
    const d = points.slice(1).reduce(
        (path, [x, y], i) => {
            const [fromX, fromY] = points[i];
            const [middleX, middleY] = [(fromX + x) / 2, (fromY + y) / 2];
            return isNarrow
                ? `${path}C${fromX},${middleY} ${x},${middleY} ${x},${y}`
                : `${path}C${middleX},${fromY} ${middleX},${y} ${x},${y}`;
        },
        `M${points[0].join(',')}`,
    );
    const crosses = edge.input.remarks.length > 0;
    const flow = svg('path', { class: 'flow', d });
    const root = svg(
        'g',
        { class: `edge ${crosses ? 'crosses' : ''}`, 'aria-hidden': 'true' },
        svg('title', {}, `${edge.from} → ${edge.to}${crosses ? `, exchange ${edge.input.remarks.join(', ')}` : ''}`),
        svg('path', { class: 'wire', d }),
        flow,
    );
    const [[x0, y0], [x1, y1]] = [points[0], points[1]];
    const label = svg('text', {
        class: 'rate',
        x: (x0 + x1) / 2,
        y: (y0 + y1) / 2 + (isNarrow ? 4 : -6),
        'text-anchor': 'middle',
        'aria-hidden': 'true',
    });
    return {
        root,
        label,
        update(steps) {
            const [from, to] = [steps.get(edge.from), steps.get(edge.to)];
            const perSecond = from && !edge.isSide ? from.outPerSecond : (to?.inPerSecond ?? 0); // a source has no status of its own
            setText(label, rate(perSecond));
            setAttribute(root, 'class', `edge ${crosses ? 'crosses' : ''} ${perSecond > 0 ? 'flowing' : ''}`);
        },
    };
}

function nodeOf(node, [x, y]) {
    const { width, height } = size;
    const title = svg('title');
    const rates = svg('text', { class: 'figure', x: 12, y: 44 });
    const badge = svg('text', { class: 'badge', x: width - 12, y: 44, 'text-anchor': 'end' });
    const busy = svg('rect', { class: 'busy', x: 12, y: height - 17, height: 6 });
    const pressed = svg('rect', { class: 'pressed', y: height - 17, height: 6 });
    const mark = svg(
        'g',
        { class: 'mark', transform: `translate(${width / 2}, 0)` },
        svg('rect', { x: -41, y: -10, width: 82, height: 20, rx: 10 }),
        svg('text', { y: 4, 'text-anchor': 'middle' }, 'bottleneck'),
    );
    const root = svg(
        'g',
        { class: `step ${node.kind}`, transform: `translate(${x}, ${y})`, role: 'img' },
        title,
        svg('rect', { class: 'box', width, height, rx: 10 }),
        svg('text', { class: 'name', x: 12, y: 24 }, cut(node.id)),
        rates,
        badge,
        svg('rect', { class: 'idle', x: 12, y: height - 17, width: width - 24, height: 6, rx: 3 }),
        busy,
        pressed,
        mark,
    );
    return {
        root,
        node,
        update(step, use, isSlow) {
            const left = step ? step.late + step.unmatched + step.deadLetters : 0;
            const [busyShare, pressedShare] = [use?.busy ?? 0, use?.backpressured ?? 0];
            const room = width - 24;
            setText(rates, step ? rate(node.kind === 'Sink' ? step.inPerSecond : step.outPerSecond) : '');
            setText(badge, left > 0 ? `${short(left)} left out` : step?.stateEntries > 0 ? `${short(step.stateEntries)} entries` : '');
            setAttribute(badge, 'class', `badge ${left > 0 ? 'left' : ''}`);
            setAttribute(busy, 'width', (room * Math.min(busyShare, 1)).toFixed(1));
            setAttribute(pressed, 'x', (12 + room * Math.min(busyShare, 1)).toFixed(1));
            setAttribute(pressed, 'width', (room * Math.max(0, Math.min(pressedShare, 1 - busyShare))).toFixed(1));
            setAttribute(root, 'class', `step ${node.kind} ${isSlow ? 'slow' : ''}`);
            const flow = step ? `${rate(step.inPerSecond)} in, ${rate(step.outPerSecond)} out, ` : '';
            const time = `busy ${percent(busyShare)}, backpressured ${percent(pressedShare)}`;
            const more = `${left > 0 ? `, ${short(left)} left out` : ''}${isSlow ? '. The bottleneck' : ''}`;
            const text = `${node.id}${node.detail ? ` (${node.detail})` : ''}, ${node.stage}: ${flow}${time}${more}`;
            setText(title, text);
            setAttribute(root, 'aria-label', text);
        },
    };
}

function cut(name) {
    const letters = [...name];
    return letters.length <= 18 ? name : `${letters.slice(0, 17).join('')}…`;
}
