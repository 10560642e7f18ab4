namespace Dataflow.Codecs;

/// <summary>Work with the type of an enum: see <see cref="GeneratedCodecs.TryUseEnum"/>.</summary>
public interface IEnumUse<out TResult>
{
    /// <summary>Does the work.</summary>
    TResult Of<TEnum>()
        where TEnum : struct, Enum;
}
