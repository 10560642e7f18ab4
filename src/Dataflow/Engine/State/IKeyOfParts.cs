namespace Dataflow.State;

/// <summary>A key that belongs, with others, to the shard of its first part.</summary>
internal interface IKeyOfParts
{
    /// <summary>The type of the first part.</summary>
    Type Owner { get; }

    /// <summary>Makes the codec of keys of this type.</summary>
    object MakeCodec();
}
