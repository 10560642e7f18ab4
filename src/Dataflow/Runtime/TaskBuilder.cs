using Dataflow.Planning;

namespace Dataflow.Runtime;

/// <summary>Builds one worker's instance of every stage.</summary>
internal sealed class TaskBuilder(Job job, Worker worker)
{
    private readonly Dictionary<int, StreamTask> _tasks = [];

    public Job Job { get; } = job;

    public Worker Worker { get; } = worker;

    public Plan Plan => Job.Plan;

    /// <summary>The task that runs a step's stage. One worker fuses all stages into one task.</summary>
    public StreamTask TaskOf(Node node)
    {
        var stage = Job.Workers.Count == 1 ? 0 : Plan.StageOf(node);
        if (!_tasks.TryGetValue(stage, out var task))
            _tasks.Add(stage, task = new StreamTask(Job, Worker, $"stage {stage + 1}"));
        return task;
    }

    /// <summary>Adds a step to its task and has it declare what it keeps.</summary>
    public OperatorContext Add(Node node, Operator step)
        => TaskOf(node).AddOperator(node.Name, node.Id, step, new StepOutputs(Plan.SidesOf(node)));

    /// <summary>Adds the reading end of an exchange to the task behind it, and makes the writing end.</summary>
    public ExchangeWriter<T> Exchange<T>(Node node, Router<T> router, Operator<T> next)
    {
        var exchange = Job.ExchangeOf<T>(node);
        var task = TaskOf(node);
        task.AddInput(new ExchangeInput<T>(node, exchange, Worker.Index, next, task.Turn, task.Fail));
        return new ExchangeWriter<T>(exchange, router, Worker.Index);
    }

    /// <summary>Adds the writing end of an exchange to the task whose results it takes.</summary>
    /// <param name="step">The name under which its errors are reported.</param>
    /// <param name="node">The exchange.</param>
    /// <param name="writer">The writing end.</param>
    public void AddWriter<TWriter>(string step, Node node, TWriter writer)
        where TWriter : Operator, IExchangeWriter
    {
        var task = TaskOf(node.Upstream!);
        task.AddOperator(step, node.Id, writer, new StepOutputs([]));
        task.AddWriter(writer);
    }

    /// <summary>Builds everything; the tasks come back in the order from the last stage to the first.</summary>
    public IReadOnlyList<StreamTask> Build()
    {
        foreach (var source in Plan.Nodes.OfType<ISourceNode>()) source.Build(this);
        return [.. _tasks.OrderByDescending(task => task.Key).Select(task => task.Value)];
    }
}
