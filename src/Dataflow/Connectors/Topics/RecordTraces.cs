using System.Diagnostics;
using System.Text;
using Dataflow.Log;

namespace Dataflow;

/// <summary>The traces that records carry in their headers, as W3C Trace Context names them.</summary>
internal static class RecordTraces
{
    private const string Parent = "traceparent";
    private const string State = "tracestate";

    private static readonly ActivitySource s_source = new("Dataflow"); // listeners know sources by name

    /// <summary>Whether somebody listens to spans.</summary>
    public static bool HasListeners => s_source.HasListeners();

    /// <summary>Returns the headers that carry the current trace, behind those given; these alone if there is no trace, or if they carry
    /// one.</summary>
    public static ReadOnlyMemory<RecordHeader> Carry(ReadOnlyMemory<RecordHeader> headers)
    {
        if (Activity.Current is not { IdFormat: ActivityIdFormat.W3C, Id: { } id } trace) return headers;
        foreach (var header in headers.Span)
        {
            if (header.Name == Parent) return headers;
        }

        List<RecordHeader> all = [.. headers.Span, new(Parent, Encoding.UTF8.GetBytes(id))];
        if (trace.TraceStateString is { Length: > 0 } state) all.Add(new(State, Encoding.UTF8.GetBytes(state)));
        return all.ToArray();
    }

    /// <summary>Makes a span of the reading of a record that carries a sampled trace, with a link to that trace.</summary>
    public static void Read(in LogRecord record, string split)
    {
        if (record.Headers.Count == 0 || !record.Headers.TryGetLast(Parent, out var parent)) return;
        var state = record.Headers.TryGetLast(State, out var found) ? Encoding.UTF8.GetString(found.Value.Span) : null;
        if (!ActivityContext.TryParse(Encoding.UTF8.GetString(parent.Value.Span), state, isRemote: true, out var trace)) return;
        if (!trace.TraceFlags.HasFlag(ActivityTraceFlags.Recorded)) return;
        using var span = s_source.StartActivity(ActivityKind.Consumer, links: [new ActivityLink(trace)], name: "dataflow.read");
        span?.SetTag("split", split).SetTag("position", record.Offset);
    }
}
