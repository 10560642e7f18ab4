using System.Runtime.CompilerServices;
using Microsoft.ML.OnnxRuntime;

namespace Dataflow.Onnx;

/// <summary>An input or output of a model.</summary>
/// <param name="Name">The name in the graph.</param>
/// <param name="ElementType">The type of a value, such as <c>float</c>.</param>
/// <param name="Shape">The length of each dimension; null where it may be any.</param>
public sealed record TensorInfo(string Name, Type ElementType, IReadOnlyList<int?> Shape)
{
    /// <summary>The names of the dimensions in the graph; empty where a dimension has none.</summary>
    internal IReadOnlyList<string> Symbols { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString()
    {
        var sizes = Shape.Select(
            (size, at) => size is not null ? $"{size}" : Symbols.ElementAtOrDefault(at) is { Length: > 0 } name ? name : "?");
        return $"{Name} {ElementType.Name}[{string.Join(", ", sizes)}]";
    }

    /// <summary>Whether values of a type and shape fit.</summary>
    internal bool Takes(Type type, long[] shape)
    {
        if (type != ElementType || shape.Length != Shape.Count) return false;
        for (var i = 0; i < shape.Length; i++)
            if (Shape[i] is { } size && size != shape[i]) return false;
        return true;
    }
}

/// <summary>The values of a model's input, or the buffer for those of an output: the caller's memory, which is not copied.</summary>
public abstract class ModelTensor
{
    private readonly long[] _shape;

    private ModelTensor(string name, long[] shape) => (Name, _shape) = (name, shape);

    /// <summary>The name of the input or output.</summary>
    public string Name { get; }

    /// <summary>The length of each dimension.</summary>
    public IReadOnlyList<long> Shape => _shape;

    internal abstract long Bytes { get; }

    private protected abstract Type ElementType { get; }

    /// <summary>Creates a tensor of values with a name and a shape.</summary>
    /// <param name="name">The name of the input or output in the graph.</param>
    /// <param name="values">The values, in the number that the shape gives, the last dimension running fastest.</param>
    /// <param name="shape">The length of each dimension.</param>
    /// <exception cref="ArgumentException">The number of values does not fit the shape.</exception>
    public static ModelTensor Of<T>(string name, Memory<T> values, params ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var count = 1L;
        foreach (var size in shape) count = checked(count * size);
        if (count != values.Length)
        {
            throw new ArgumentException(
                $"Tensor '{name}': there are {values.Length} values, but its shape [{string.Join(", ", shape.ToArray())}] has {count}.",
                nameof(values));
        }

        return new Values<T>(name, values, shape.ToArray());
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {ElementType.Name}[{string.Join(", ", _shape)}]";

    internal bool Fits(TensorInfo info) => info.Takes(ElementType, _shape);

    internal abstract OrtValue ToValue();

    private sealed class Values<T>(string name, Memory<T> values, long[] shape) : ModelTensor(name, shape)
        where T : unmanaged
    {
        internal override long Bytes => (long)values.Length * Unsafe.SizeOf<T>();

        private protected override Type ElementType => typeof(T);

        internal override OrtValue ToValue()
            => OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, values, _shape);
    }
}
