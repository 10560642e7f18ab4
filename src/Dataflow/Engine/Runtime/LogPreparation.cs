using System.Runtime.CompilerServices;
using Dataflow.Log;
using Dataflow.Planning;

namespace Dataflow.Runtime;

/// <summary>Lets the steps of a starting job check its log, and write to it what others are to find.</summary>
internal static class LogPreparation
{
    private static readonly ConditionalWeakTable<PartitionedLog, SemaphoreSlim> s_turns = [];

    /// <summary>Checks that plan and log fit together. Writes nothing: the start may still be refused.</summary>
    /// <exception cref="PlanException">They do not fit; all faults are listed.</exception>
    public static void Check(Plan plan, PartitionedLog log) => CheckAll(plan, log);

    /// <summary>Checks again and lets the steps write; no other job of the log may come between.</summary>
    /// <exception cref="PlanException">Plan and log do not fit, as for <see cref="Check"/>; nothing is written.</exception>
    public static async ValueTask RunAsync(Plan plan, PartitionedLog log, CancellationToken cancellationToken)
    {
        var turn = s_turns.GetValue(log, static _ => new SemaphoreSlim(1));
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var schemas = CheckAll(plan, log);
            var start = StartOf(plan, log);
            foreach (var node in plan.Nodes) await PrepareAsync(node, start, cancellationToken).ConfigureAwait(false);
            await schemas.WriteAsync(plan.Pipeline, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <returns>The schemas to keep, once nothing prevents the start any more.</returns>
    private static KeptSchemas CheckAll(Plan plan, PartitionedLog log)
    {
        using var scope = plan.Serdes.Enter();
        var start = StartOf(plan, log);
        var faults = plan.Nodes.SelectMany(node => PlanCheck.FaultsOf(node, () => node.CheckLog(start))).ToList();
        var schemas = new KeptSchemas(log);
        foreach (var values in plan.Nodes.Select(static node => node.Writes).OfType<TopicValues>()) schemas.Add(values);
        foreach (var values in plan.Nodes.Select(static node => node.Reads).OfType<TopicValues>()) schemas.Read(values);
        faults.AddRange(schemas.Faults);
        if (faults.Distinct(StringComparer.Ordinal).ToList() is { Count: > 0 } all) throw PlanException.For(plan.Pipeline, all);
        return schemas;
    }

    private static StartContext StartOf(Plan plan, PartitionedLog log) => new(log, plan.Pipeline, plan.Nodes);

    private static async ValueTask PrepareAsync(Node node, StartContext start, CancellationToken cancellationToken)
    {
        try
        {
            await node.PrepareLogAsync(start, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (OperatorException.IsBare(error) && !cancellationToken.IsCancellationRequested)
        {
            throw OperatorException.Failed(node.Name, "", -1, error);
        }
    }
}
