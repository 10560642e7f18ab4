using System.Text;

namespace Dataflow.Onnx.Inference;

/// <summary>Includes weights that an ONNX file keeps in other files, so that everything that runs is checked and hashed.</summary>
/// <remarks>Reads only the parts of the file's protobuf that lead to tensors. Without this, ONNX Runtime would look for the other files in
/// the program's working directory.</remarks>
internal sealed class ExternalWeights
{
    private const int MaxDepth = 100; // as protobuf itself

    private static readonly Dictionary<(Part Of, int Field), Part> s_parts = new()
    {
        [(Part.Model, 7)] = Part.Graph, [(Part.Model, 20)] = Part.Training, [(Part.Model, 25)] = Part.Function,
        [(Part.Training, 1)] = Part.Graph, [(Part.Training, 2)] = Part.Graph,
        [(Part.Function, 7)] = Part.Node, [(Part.Function, 11)] = Part.Attribute,
        [(Part.Graph, 1)] = Part.Node, [(Part.Graph, 5)] = Part.Tensor, [(Part.Graph, 15)] = Part.SparseTensor,
        [(Part.Node, 5)] = Part.Attribute,
        [(Part.Attribute, 5)] = Part.Tensor, [(Part.Attribute, 10)] = Part.Tensor,
        [(Part.Attribute, 6)] = Part.Graph, [(Part.Attribute, 11)] = Part.Graph,
        [(Part.Attribute, 22)] = Part.SparseTensor, [(Part.Attribute, 23)] = Part.SparseTensor,
        [(Part.SparseTensor, 1)] = Part.Tensor, [(Part.SparseTensor, 2)] = Part.Tensor,
    };

    private readonly string _path;
    private readonly OnnxOptions _options;
    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    private ExternalWeights(string path, OnnxOptions options) => (_path, _options) = (path, options);

    private enum Part
    {
        Model,
        Training,
        Function,
        Graph,
        Node,
        Attribute,
        SparseTensor,
        Tensor,
    }

    /// <summary>Returns the model with all of its weights; unchanged if it has them already.</summary>
    /// <exception cref="FormatException">The model is not an ONNX file.</exception>
    /// <exception cref="ModelException">Its weights are outside the allowed directory, or missing.</exception>
    public static byte[] Include(string path, byte[] model, OnnxOptions options)
        => new ExternalWeights(path, options).Rewrite(model, Part.Model, depth: 0)?.ToArray(path, options.MaxFileBytes) ?? model;

    /// <summary>Returns a message with the weights of its tensors; null if it has them already.</summary>
    private Bytes? Rewrite(ReadOnlyMemory<byte> message, Part part, int depth)
    {
        if (depth > MaxDepth) throw new FormatException("Its parts are nested too deeply");
        if (part == Part.Tensor) return RewriteTensor(message);
        Bytes? changed = null;
        foreach (var field in ProtobufField.AllOf(message))
        {
            var inner = s_parts.TryGetValue((part, field.Number), out var kind) ? Rewrite(field.Content, kind, depth + 1) : null;
            if (inner is not null && changed is null)
            {
                changed = new Bytes();
                changed.Add(message[..field.Start]);
            }

            if (inner is not null) changed!.Add(field.Number, inner);
            else changed?.Add(field.Whole);
        }

        return changed;
    }

    /// <summary>Rewrites a tensor: data_location is field 14, external_data 13, raw_data 9.</summary>
    private Bytes? RewriteTensor(ReadOnlyMemory<byte> tensor)
    {
        // Of several values ONNX Runtime takes the last, and 32 bits of it; none may say that there are weights elsewhere.
        if (!ProtobufField.AllOf(tensor).Any(field => field.Number == 14 && (int)field.Value == 1)) return null;
        var fields = ProtobufField.AllOf(tensor).ToList();
        var entries = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in fields.Where(field => field.Number == 13).Select(field => ProtobufField.AllOf(field.Content).ToList()))
            entries[TextOf(entry, 1)] = TextOf(entry, 2);
        var changed = new Bytes();
        foreach (var field in fields)
            if (field.Number is not (9 or 13 or 14)) changed.Add(field.Whole);
        var weights = new Bytes();
        weights.Add(WeightsAt(entries));
        changed.Add(9, weights);
        return changed;
    }

    private ReadOnlyMemory<byte> WeightsAt(Dictionary<string, string> entries)
    {
        var location = entries.GetValueOrDefault("location", "");
        if (!_files.TryGetValue(location, out var file)) _files.Add(location, file = Read(location));
        var offset = NumberOf(entries, "offset", 0);
        var length = NumberOf(entries, "length", file.Length - offset);
        return offset <= file.Length && length <= file.Length - offset
            ? file.AsMemory((int)offset, (int)length)
            : throw ModelException.WeightsTooShort(_path, location, offset + length, file.Length);
    }

    private byte[] Read(string location)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(_path))!;
        var parts = location.Split('/', '\\');
        if (Path.IsPathRooted(location) || location.Contains('\0', StringComparison.Ordinal) || parts.Any(part => part is "" or ".."))
            throw ModelException.WeightsElsewhere(_path, location);
        foreach (var part in parts)
        {
            directory = Path.Combine(directory, part);
            if (new FileInfo(directory).LinkTarget is not null) throw ModelException.WeightsElsewhere(_path, location);
        }

        return ModelFile.ReadBytes(directory, _options);
    }

    private static string TextOf(List<ProtobufField> fields, int number)
        => Encoding.UTF8.GetString(fields.LastOrDefault(field => field.Number == number).Content.Span);

    private static long NumberOf(Dictionary<string, string> entries, string name, long unlessGiven)
    {
        if (!entries.TryGetValue(name, out var text)) return Math.Max(unlessGiven, 0);
        return uint.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"The {name} of its weights is '{text}'");
    }

    /// <summary>Bytes in several pieces.</summary>
    private sealed class Bytes
    {
        private readonly List<ReadOnlyMemory<byte>> _pieces = [];
        private long _length;

        public void Add(ReadOnlyMemory<byte> piece)
        {
            _pieces.Add(piece);
            _length += piece.Length;
        }

        /// <summary>Adds a field with a message or bytes.</summary>
        public void Add(int field, Bytes content)
        {
            Add(ProtobufField.Head(field, content._length));
            _pieces.AddRange(content._pieces);
            _length += content._length;
        }

        public byte[] ToArray(string path, int max)
        {
            if (_length > max) throw ModelException.TooLong(path, _length, max);
            var bytes = new byte[_length];
            var at = 0;
            foreach (var piece in _pieces)
            {
                piece.CopyTo(bytes.AsMemory(at));
                at += piece.Length;
            }

            return bytes;
        }
    }
}
