using System.Buffers;
using Dataflow.State;

namespace Dataflow.Extensibility;

/// <summary>The key of what a worker keeps on a stream without keys: the shard of keyed state that it goes with.</summary>
/// <remarks>Declare it as <c>declare.State&lt;Shard, TValue>()</c>, and write under <see cref="OperatorContext.OwnShard"/>. After a start
/// with other workers or processes an instance also finds what others have kept in the shards that it has now.</remarks>
/// <param name="Number">The shard's number, from 0 to 63.</param>
public readonly record struct Shard(int Number) : IKeyOfParts
{
    Type IKeyOfParts.Owner => typeof(Shard);

    object IKeyOfParts.MakeCodec() => new ShardCodec();
}

internal sealed class ShardCodec() : KeyCodec<Shard>(null!)
{
    public override uint Hash(Shard key) => Shards.HashIn(key.Number, 0);

    public override void Write(Shard key, IBufferWriter<byte> bytes)
    {
        bytes.GetSpan(1)[0] = (byte)key.Number;
        bytes.Advance(1);
    }

    public override Shard Read(ReadOnlyMemory<byte> bytes) => new(bytes.Span[0]);
}
