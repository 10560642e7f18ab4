namespace Dataflow.Runtime;

/// <summary>Emits each record to several steps, in the order in which they were written.</summary>
internal sealed class FanOut<T>(Operator<T>[] consumers) : Operator<T>
{
    public override void Process(in Record<T> record)
    {
        foreach (var consumer in consumers) consumer.Process(in record);
    }

    public override void Advance(long watermark)
    {
        foreach (var consumer in consumers) consumer.Advance(watermark);
    }

    public override void Idle(Idleness idleness)
    {
        foreach (var consumer in consumers) consumer.Idle(idleness);
    }
}

/// <summary>The end of a step whose output nobody uses.</summary>
internal sealed class Nowhere<T> : Operator<T>
{
    public override void Process(in Record<T> record)
    {
    }

    public override void Advance(long watermark)
    {
    }
}
