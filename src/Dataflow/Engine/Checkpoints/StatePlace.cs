namespace Dataflow.Checkpoints;

/// <summary>A place that a shard's state is taken from.</summary>
internal enum StatePlace
{
    Memory,
    Copy,
    Image,
    Log,
}
