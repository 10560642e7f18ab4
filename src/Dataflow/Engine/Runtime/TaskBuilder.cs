using Dataflow.Combining;
using Dataflow.Planning;
using Dataflow.Sharing;

namespace Dataflow.Runtime;

/// <summary>Builds one worker's instance of every stage.</summary>
internal sealed class TaskBuilder(JobRun job, Worker worker) : IPlanBuilder
{
    private readonly Dictionary<int, StreamTask> _tasks = [];

    private Plan Plan => job.Plan;

    /// <summary>Whether all steps are fused into one task: nothing moves between workers or processes.</summary>
    private bool IsOneTask => job.Workers.Count == 1 && !job.IsShared;

    /// <summary>Builds everything; returns the tasks from the last stage to the first.</summary>
    public IReadOnlyList<StreamTask> Build()
    {
        foreach (var source in Plan.Nodes.OfType<ISourceNode>()) source.Build(this);
        return [.. _tasks.OrderByDescending(task => task.Key).Select(task => task.Value)];
    }

    public void Source<T>(SourceNode<T> node)
    {
        var task = TaskOf(node);
        var splits = job.Splits.Of(node).Where(split => job.WorkerOf(split) == worker.Index);
        task.AddInput(new SourceInput<T>(node, splits, task, NextOf(node)));
    }

    public Operator<TIn> Step<TIn, TOut>(Node<TIn, TOut> node)
    {
        var step = Create(node);
        var context = Add(node, step);
        step.ConnectTo(NextOf(node));
        context.Outputs.Connect(this);
        Operator<TIn> named = step.GetType().Assembly == typeof(Operator).Assembly ? step : new OwnStep<TIn>(step, context);
        if (step is not IPrefetches<TIn> prefetches) return named;
        var lookahead = new Lookahead<TIn>(named, prefetches, context);
        TaskOf(node).AddLookahead(lookahead);
        return lookahead;
    }

    public Operator<T> SecondInput<T>(SecondInput<T> node)
    {
        var owner = Plan.Nodes.First(other => ReferenceEquals(other.Uses, node));
        var step = new SecondInputOperator<T>(owner.Id, isReadFirst: owner.ReadFirst is not null);
        Add(node, step);
        return step;
    }

    public Operator<T> Side<T>(SideNode<T> node)
    {
        var step = new SideOperator<T>();
        Add(node, step);
        step.ConnectTo(NextOf(node));
        return step;
    }

    public Operator<T> Exchange<T>(ExchangeNode<T> node)
    {
        var next = NextOf(node);
        if (IsOneTask) return next;
        var writer = ExchangeTo(node, node.CreateRouter(worker.Index, job.ShardMap), next, form: null);
        AddWriter(node.Name, node, writer);
        return writer;
    }

    public Operator<Keyed<TKey, T>> KeyExchange<TKey, T>(KeyExchangeNode<TKey, T> node)
        where TKey : notnull
        => job.IsShared ? SharedExchange(node)
        : !IsOneTask && Plan.CombinerFor(node) is { PartialAggregation: PartialAggregation<TKey, T> partial } step
            ? partial.Build(node, step, this) : Exchange(node);

    public Operator<Keyed<TKey, T>> CombiningExchange<TKey, T, TAccumulator, TResult>(
        KeyExchangeNode<TKey, T> node, Node step, Aggregation<T, TAccumulator, TResult> aggregation, AlignedWindows? windows)
        where TKey : notnull
    {
        var next = NextOf(node);
        var task = TaskOf(step);
        var (context, aggregate) = task.InstanceOf(step.Id)!.Value;
        var between = Plan.Between(node, step).Select(passed => task.TryFind(passed.Id)!).ToList();
        var reader = new PartReader<TKey, T, TAccumulator>(next, between, (ITakesParts<TKey, TAccumulator>)aggregate, context);
        var router = new KeyRouter<TKey, Part<T, TAccumulator>>(job.ShardMap);
        var writer = ExchangeTo(node, router, reader, form: null);
        var combiner = new Combiner<TKey, T, TAccumulator, TResult>(writer, aggregation, windows);
        AddWriter(step.Name, node, combiner);
        return combiner;
    }

    public Operator<T> Sink<T>(SinkNode<T> node)
    {
        if (!node.Sink.IsParallel && worker.Index != 0) return new Nowhere<T>();
        var step = new SinkOperator<T>(node.Sink);
        Add(node, step);
        return step;
    }

    private static Operator<TIn, TOut> Create<TIn, TOut>(Node<TIn, TOut> node)
    {
        try
        {
            return node.CreateOperator();
        }
        catch (Exception error) when (OperatorException.IsBare(error))
        {
            throw OperatorException.Failed(node.Name, "", -1, error);
        }
    }

    /// <summary>Builds all steps that follow a step in the same task.</summary>
    /// <returns>The operator that takes the step's records.</returns>
    private Operator<T> NextOf<T>(Node<T> node)
    {
        var consumers = Plan.ConsumersOf(node).Cast<IConsumer<T>>().Select(consumer => consumer.Build(this)).ToArray();
        return consumers.Length switch
        {
            0 => new Nowhere<T>(),
            1 => consumers[0],
            _ => new FanOut<T>(consumers),
        };
    }

    /// <summary>Returns the task that runs a step's stage. One worker fuses all stages into one task.</summary>
    private StreamTask TaskOf(Node node)
    {
        var stage = IsOneTask ? 0 : Plan.StageOf(node);
        if (!_tasks.TryGetValue(stage, out var task))
            _tasks.Add(stage, task = new StreamTask(job, worker, $"stage {stage + 1}"));
        return task;
    }

    /// <summary>Adds a step to its task and has it declare its states.</summary>
    private OperatorContext Add(Node node, Operator step)
        => TaskOf(node).AddOperator(node.Name, node.Id, step, new StepOutputs(Plan.SidesOf(node)));

    /// <summary>Builds an exchange between the workers of all processes.</summary>
    private Operator<Keyed<TKey, T>> SharedExchange<TKey, T>(KeyExchangeNode<TKey, T> node)
        where TKey : notnull
    {
        var writer = ExchangeTo(node, node.CreateRouter(worker.Index, job.ShardMap), NextOf(node), new KeyedForm<TKey, T>());
        AddWriter(node.Name, node, writer);
        return writer;
    }

    /// <summary>Adds the reading end of an exchange to the task behind it, and creates the writing end.</summary>
    /// <param name="node">The exchange.</param>
    /// <param name="router">Decides where each record goes.</param>
    /// <param name="next">The first step behind it.</param>
    /// <param name="form">The form of records on their way to other processes; null: they stay in this one.</param>
    private ExchangeWriter<T> ExchangeTo<T>(Node node, Router<T> router, Operator<T> next, ExchangeForm<T>? form)
    {
        var exchange = job.Shared.ExchangeOf<T>(node);
        var task = TaskOf(node);
        var own = job.ShardMap.Of(worker.Index);
        var times = form is null ? null : new RemoteTimes(job.ShardMap.Owned, own, !node.Upstream!.IsBehindExchange);
        var input = new ExchangeInput<T>(node, exchange, worker.Index, next, task.Turn, task.Fail, task.Settle, times);
        task.AddInput(input);
        if (form is null) return new ExchangeWriter<T>(exchange, router, worker.Index, remote: null);
        var topic = job.Log.GetTopic(Plan.RepartitionOf(node));
        var known = job.TimesOf(node.Upstream!);
        task.AddInput(new RemoteInput<T>(task, topic, form, input, next, known));
        return new ExchangeWriter<T>(
            exchange, router, worker.Index, new RemoteWriter<T>(topic, form, job.ShardMap.Owned, own, known, job.Time));
    }

    /// <summary>Adds the writing end of an exchange to the task before it.</summary>
    /// <param name="step">The name under which its errors are reported.</param>
    /// <param name="node">The exchange.</param>
    /// <param name="writer">The writing end.</param>
    private void AddWriter<TWriter>(string step, Node node, TWriter writer)
        where TWriter : Operator, IExchangeWriter
    {
        var task = TaskOf(node.Upstream!);
        task.AddOperator(step, node.Id, writer, new StepOutputs([]));
        task.AddWriter(writer);
    }
}
