"""What shoppers say in so many words, as patterns: critiques, politeness, questions, small talk, in both languages.

Data for `parser.py`, which says what each means. Knows nothing of shops.
"""

import re

from agent.lexicon import CJK
from agent.tools import Change

ZH_SHUNNED = re.compile(rf"不(?:想)?要(?!是)[{CJK}]{{1,5}}")


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


CLEAR_PRICE = _any(
    r"\b(?:ignore|forget|drop|scrap|never mind)(?: about)? the [$€£]?\d+(?:\.\d+)?(?: ?(?:dollars|bucks|limit"
    r"|cap|budget))*\b",
    r"\b(?:ignore|forget)(?: about)? (?:the )?budget\b",
    r"\b(?:ignore|forget|drop|remove|lift|skip|never mind)(?: about)? (?:the |my |any )?(?:budget"
    r"|price|cost)(?: limits?| range| cap)?",
    r"\b(?:price|money|cost|budget)s?(?: really| actually)? (?:does ?n[o']?t|doesnt|does not|is not|isn'?t|is no|no)"
    r"(?: really)? ?(?:matter|object|an issue|a problem|a concern|important|issue)",
    r"\b(?:any price|no (?:price |budget )(?:limit|range|cap)s?|no budget|no limit on (?:price|budget))\b",
    r"\b(?:do ?n[o']?t|do not) (?:care|mind|worry) (?:about |how )?(?:the )?(?:price|cost|budget"
    r"|much it costs)|\bregardless of (?:the )?(?:price|cost|budget)",
    r"\b(?:price|budget|cost)(?: limit| cap| range)?(?: (?:on|for) the [\w ]{1,20})? can go\b",
    r"(?:价格|预算|价钱|budget)(?:就)?(?:随便|不用管|当我没说|放开)|不管(?:价格|预算|价钱)|(?:价格|预算|价钱)(?:不限|无所谓|都可以|不是问题|不重要|没关系)|不限(?:预算|价格)|不(?:在乎|考虑|在意)(?:价格|预算|价钱)"
    r"|多少钱(?:都行|都可以|无所谓)|(?:忽略|取消|去掉)(?:价格|预算)(?:限制)?|没有预算限制",
)
IN_STOCK = _any(
    r"(?<!not )(?<!out of )\b(?:in[ -]stock|available (?:right )?now|ready to ship|currently available)\b",
    r"有现货|有货|现货|有库存",
)
SERVICE = _any(
    r"\b(?:return(?:s| it| them| this)?(?: policy| period| window)?|refunds?|exchange (?:it|policy"
    r"|this)|send (?:it|them) back)\b",
    r"\b(?:where(?:'s| is)|track|cancel|change|status of|about) (?:my|the|an) (?:order|package|parcel"
    r"|delivery)\b|\border (?:status|number|tracking)\b|\bmy order\b",
    r"\b(?:ship(?:s|ping)? (?:cost|fee|time|to|policy|options?|internationally)|how long (?:does"
    r"|will) (?:shipping|delivery)|deliver(?:y|s)? (?:cost|fee|time|to|options?|date)|free shipping"
    r"|shipping)\b",
    r"\b(?:post|deliver|ship|send|courier) (?:it |this |that |them |stuff )?(?:to|by|before|abroad|overseas)\b"
    r"|\b(?:get|arrive|be) (?:here|there) (?:by|before|in time|on)\b"
    r"|\b(?:can|may|could) i (?:send|bring|give) (?:it|them) back\b",
    r"\b(?:gift[- ]?wrap\w*|price match|loyalty|newsletter|pay (?:with|by|in)|instal?lments?)\b",
    r"\b(?:warranty|guarantee|customer (?:service|support)|opening hours|gift cards?|payment methods?|invoice"
    r"|customs|import (?:duty|duties|tax\w*)|(?:am i|are we|is (?:it|this|that)) covered(?! (?:in|with|by)))\b",
    r"退货|退款|退换|换货|订单|物流|快递|发货|运费|包邮|配送|保修|质保|客服(?:电话|热线|邮箱|时间|几点|在哪)|发票|优惠券|几天(?:能)?到|多久(?:能|可以)?(?:到|送到|发货)|送不送|(?:可以|能|能不能|可不可以)退|天之?内?(?:可以|能)?退|送到|什么时候(?:能|可以)?(?:到"
    r"|发)|礼品包装|包装成礼物|分期",
)
WHICH_OF_THEM = re.compile("哪(?:个|款|一|种)")
"""Asked of what is shown: which of these."""
COMPARE = _any(
    r"\bcompar(?:e|ed|ing|ison)\b(?: (?:between|of|to|with))?|\bdifferences?\b(?: between)?"
    r"|\bwhich (?:one )?(?:of (?:these|them|those|the two) )?(?:is|are|would be|'s) (?:better|best"
    r"|nicer|lighter|heavier|cheaper|the (?:better|best)(?= one| of| choice|\?|$))(?! for \w+ \w+ing)"
    r"|\bwhich (?:of (?:these|them|those)|one)\b",
    r"\bhow do(?:es)? .{1,40} (?:differ|compare)\b|\bside by side\b"
    r"|\b(?:put|see|show|line)\b.{1,40}\b(?:next to|beside|alongside)\b",
    r"对比|(?:^|帮我|请|[，。,])比较(?!好|适合|喜欢|想|贵|大|小)|比较一下|比一?下|比一比|比比|比较(?=第|前|这|它|他|两)|(?:有)?什么(?:不同|区别)|区别|哪个(?:更)?(?:好|合适|划算|值得)|哪款(?:更)?(?:好|合适|划算|值得)"
    r"|哪一个(?:更)?好",
)
CHANGES: tuple[tuple[Change, re.Pattern[str]], ...] = (
    (
        "cheaper",
        _any(
            r"\b(?:(?:anything|something|any|ones?|much|a bit|a little|even)\s+)?(?:cheaper|less "
            r"(?:expensive|pricey|costly)|lower[- ]?(?:price[ds]?|cost)|more affordable"
            r"|less money)\b(?: (?:ones?|options?|alternatives?))?(?: than)?",
            r"\btoo (?:expensive|pricey|dear|costly|much money)\b|\bcan'?t afford\b|\bout of my "
            r"(?:budget|price range)\b",
            r"便宜一?[点些]儿?的?|更便宜的?|再便宜|太贵了?|(?:价格|价位)(?:再)?[低便][一]?[点些宜]|有没有便宜的?|低价[一点]",
        ),
    ),
    (
        "better_rated",
        _any(
            r"\b(?:better|higher|more highly)[- ]?(?:review(?:s|ed)?|rat(?:ed|ings?)|scores?)\b"
            r"|\bmore (?:positive|good) reviews\b",
            r"(?:评分|评价|口碑|好评|星级)(?:更|再)?[高好多](?:一?[点些])?的?|更(?:高|好)的?(?:评分|评价|口碑)|更受好评",
        ),
    ),
    (
        "other_brand",
        _any(
            r"\b(?:another|different|other|some other|a new|change(?: the)?|switch) (?:brand|make"
            r"|manufacturer)s?\b|\bnot th(?:is|at) brand\b",
            r"换(?:一?个|种)?(?:别的|其他)?(?:品牌|牌子)|(?:别的|其他|其它|另外的?|不同的?)(?:品牌|牌子)",
        ),
    ),
    (
        "other_colour",
        _any(
            r"\b(?:another|different|other|some other|a new|change(?: the)?) (?:colou?r|shade)s?\b",
            r"换(?:一?个|种)?(?:别的|其他)?颜色|(?:别的|其他|其它|另外的?|不同的?)颜色",
        ),
    ),
    (
        "unlike",
        _any(
            r"\b(?:less like|nothing like|not (?:so much |really |quite )?like)"
            r"(?= (?:the|this|that|it|these|#|number))",
            r"不(?:要|想要)?(?:像|跟|和)[^，。]{1,10}(?:那样|一样|似的)的?|别(?:像|跟)",
        ),
    ),
    (
        "lighter",
        _any(
            r"\b(?:(?:something|anything|a bit|a little|much|any|even) )?lighter"
            r"(?! (?:colou?r|shade|blue|green|grey|gray))\b"
            r"(?: (?:ones?|weight))?(?: than)?|\b(?:too|so|very) heavy\b|\bweighs? less\b",
            r"更轻便?的?|再?轻一?[点些]儿?的?|太重了?",
        ),
    ),
    (
        "bigger",
        _any(
            r"\b(?:(?:something|anything|a bit|a little|much|any|even) )?(?:bigger|larger|roomier"
            r"|more (?:room|space)y?)\b"
            r"(?: ones?)?(?: than)?|\btoo (?:small|tiny|cramped)\b",
            r"更大的?|再?大一?[点些]儿?的?|太小了?",
        ),
    ),
    (
        "smaller",
        _any(
            r"\b(?:(?:something|anything|a bit|a little|much|any|even) )?(?:smaller|more compact)\b"
            r"(?: ones?)?(?: than)?|\btoo (?:big|large|bulky)\b",
            r"更小的?|再?小一?[点些]儿?的?|太大了?",
        ),
    ),
    (
        "longer",
        _any(
            r"\blonger(?:[- ](?:lasting|running))?(?: battery(?: life)?| run ?time| playtime)\b|\blonger[- ]lasting\b",
            r"续航(?:更|再)?(?:长|久)一?[点些]?的?|更长的?(?:续航|待机)",
        ),
    ),
    (
        "similar",
        _any(
            r"\b(?:similar(?: (?:ones?|to|items?|products?|options?))?|more like|(?:something"
            r"|anything) like(?= (?:the|this|that|it|these|#|number))|alternatives? to|(?:show me "
            r"|see |any )?(?:more|other) (?:options|choices|alternatives|ones)|show me (?:more"
            r"|others)|anything else|what else)\b",
            r"类似的?|差不多的|相似的?|换一批|还有(?:别的|其他的|其它的)吗?|(?:跟|像|和)[^，。]{1,8}一样的",
        ),
    ),
)
CHEAP = _any(
    r"\b(?:cheap(?:est|er)?|affordable|inexpensive|budget(?=[ -]friendly| \w)|low[- ]cost|(?:not"
    r"|n't) (?:be )?(?:too|very|so) expensive|good value|best value|lowest price)\b",
    r"便宜|实惠|性价比|平价|不(?:要太|太)贵",
)
WELL_RATED = _any(
    r"\b(?:(?:best|top|highest|highly|well|better)[- ](?:rated|reviewed|rating|reviews)|good "
    r"(?:reviews|ratings)|great reviews)\b",
    r"评分(?:最)?高|好评|口碑好|评价(?:最)?(?:高|好)",
)
SEEKS = _any(
    r"\b(?:look(?:ing)? (?:for|to buy)|search(?:ing)? for|(?:i |we |i'd |would )?(?:need|want|wish)"
    r"|would like|like to (?:buy|get|see)|shopping for|in the market for|show me|find me|find"
    r"|recommend|suggest|do (?:you|ya|u)(?: guys| folks| lot)?"
    r" (?:have|sell|carry|stock|do)|have you got|got any|are there|is there|any"
    r"|after a|buy|(?:can|could|may) (?:i|we|you) (?:get|have|see|buy|find|direct)|get me|give me"
    r"|anything (?:that|which|by|from|like|without|other|not|but|under|for)"
    r"|what about|how about|help me (?:find|choose|pick)|i'm after|good"
    r"|best|which \w+ (?:do you|would))\b",
    r"^有[^，。？?]{1,10}吗|卖不卖|有卖|想买|想要|需要|推荐|找|有没有|来一|买|看看|求|要一|想换|换一|我要|给我|打算|计划|采购|介绍(?:一款|几款)",
)
QUESTION = _any(
    r"^\W*(?:(?:and|but|so|ok|okay|thanks|hi|hello)\W+)*(?:whats?|what's|hows?|does|do|is|are"
    r"|(?:can|could|will|would)(?! (?:go|stretch|push|spend|pay)\b)"
    r"|when|why|who|where|which|has(?! to)|did|tell me|explain|more (?:about|info|details))\b",
    r"是什么|什么(?:系统|颜色|色系|材质|特性|型号|类别)|多少|多大|怎么样|多长|多久|多重|多高|哪种|有哪些|几[把个双条片年天层节只根颗张支包次档]|咋样|是啥|是哪|吗\s*[？?]?\s*$"
    r"|介绍一下(?:这|它|第)|怎么|如何|能不能|是不是",
    r"[^\s，。]不\s*[？?]?\s*$|在哪|哪儿|哪里|几[岁道点度级档]|[能会用](?:不能|不会|不用)|吗(?=[，,。？?\s])|行不行|送不送",
    r"[.!,;]\s*(?:and |so |but |ok )?(?:what|how|is|are|does|do|can|which|will|has)\b",
    r"\b(?:it|they|this|that|these) (?:has|have|is|are|does|do|can|comes?|fits?|works?)\b[^.?!]*\?",
    r"^\W*(?:and|what about|how about)\s+[\w' -]{2,24}\?",
)
MARKED = _any(r"\?\s*$")
"""A question by its mark alone: of a few words it is a wish, "a bicycle pump then?"."""
VERB = _any(
    r"\b(?:is|are|was|were|does|do|did|can|could|will|would|should|has|have|had|how|what|which|when|who|why|where|fits?"
    r"|works?|comes?|needs?|goes|go|got|made|better|worth|included|supplied|\w+(?:able|ible|proof|safe))\b|n't\b|'s\b"
)
OF_ONE = _any(
    r"(?:^|[.!,;]\s*|\b(?:and|so|but|ok)\s+)(?:how \w+ (?:is|are|does|do)\b"
    r"|(?:can|could|would|will|does|do|is|are|has) "
    r"(?:the|i|it|they|these|those|my|that|this)\b(?! (?:get|see|have|buy|order|find)\b))",
)
"""A question whose subject is one thing rather than what is sold."""
NARROW = _any(
    r"^\W*(?:(?:ok|okay|yes|yeah|great|nice|thanks|hmm|please|but|and)\W+)*(?:only|just|in (?!"
    r"(?:the market|search))|with|without|also|must|should|preferably|ideally|make (?:it|them)|it "
    r"(?:should|must|has to|needs to)|they (?:should|must)|i'?d? prefer|prefer|something (?:more|less"
    r"|in|with|lighter|bigger|smaller)|ones?\b|that|but|not|no|more|less|lighter|bigger|smaller"
    r"|larger)\b|\bones?\W*$|\b(?:anything|something|a|any) (?:more \w+|less \w+|light|bigg|small"
    r"|larg|heavi|short|long|warm|bright|quiet|strong|soft|thin|wid|fast|dark)(?:er\b|(?<=more )|\b)",
    r"^\s*(?:只要|只看|要|最好|必须|希望|带|不要|颜色|还要|但是|而且|另外要)|的$",
)
FRESH = _any(
    r"\b(?:instead|new search|start over|something (?:else|different)|now i|looking for (?:an?|some)"
    r"|i (?:also )?need (?:an?|some)|show me (?:an?|some)|do you have (?:an?|some|any))\b(?! ones?)",
    r"重新|另外想|还想买|再买",
)
SMALL_TALK = _any(
    r"\b(?:hi|hello|hey|hei|thanks?|thank you|thx|cheers|bye|goodbye|see you|good (?:morning"
    r"|afternoon|evening|day|night)|how are you|who are you|are you (?:a )?(?:bot|human|real|robot)"
    r"|nice|great|ok(?:ay)?|cool|perfect|awesome|lol|haha|yes|no|yeah|sure|got it|never ?mind"
    r"|what can you do)\b",
    r"谢谢|多谢|感谢|你好|您好|再见|拜拜|哈喽|哈哈|早上好|下午好|晚上好|好的|嗯|不客气|你是谁|知道了|明白|收到|辛苦|在吗",
)
THANKS = _any(r"\b(?:thanks?|thank (?:you|u)|thx|cheers|bye|goodbye)\b", r"谢|感谢|再见|拜拜|辛苦了")
INDIFFERENT = _any(
    r"^\W*(?:(?:honestly|really|oh|um+|hm+|well),? )?(?:whatever|whichever|either(?: one)?"
    r"|any(?:thing)?(?: of (?:them|those|these))?|i(?:'m| am) (?:easy|flexible)"
    r"|i (?:really )?(?:do ?n[o']?t|do not) (?:mind|care)|(?:i have )?no (?:real |particular |strong )?preference"
    r"|(?:it )?(?:does ?n[o']?t|does not|makes no|no) (?:really )?(?:matter|difference)|(?:it'?s )?up to you"
    r"|you (?:choose|decide|pick)|(?:i'm )?not (?:fussed|bothered|picky|fussy)|(?:it'?s )?all the same|surprise me)"
    r"(?: (?:to me|for me|really|is (?:fine|ok|good)|(?:will|would) do|works|goes|you (?:think|like)|thanks|please))*"
    r"\W*$",
    r"^\W*(?:(?:什么|哪个|哪种|哪款|怎么)?(?:都行|都可以|都好)|随便|无所谓|没有?(?:特别的?|什么)?(?:要求|偏好|讲究)"
    r"|不挑|不限|你(?:帮我)?(?:来)?(?:选|定|决定|看着办)|听你的)[吧啦呀的了哈]*\W*$",
)
"""An answer that leaves the choice to the assistant."""
POLITE = _any(
    r"\binstead\b",
    r"\b(?:could|can|would|will) (?:you|u|i|we)(?: please| kindly| maybe)?(?: (?:help me (?:to )?"
    r"(?:find|choose|pick|with)|help me|show(?: me)?|find(?: me)?|recommend(?: me)?|suggest(?: me)?"
    r"|give(?: me)?|get(?: me)?|see|tell me|have))?(?: (?:some|an?|any|the))?\b",
    r"\b(?:i am|i'm|im|we are|we're)(?: (?:just|also|currently|really|hoping))*(?: (?:looking"
    r"|searching|shopping|hunting|browsing))(?: (?:for|to buy|to get|at))?(?: (?:an?|some|the"
    r"|something))?\b",
    r"\b(?:i|we)(?:'d| would| will|'ll)?(?: (?:just|also|really|definitely))*(?: (?:need|want|like"
    r"|love|prefer))(?: to (?:buy|get|see|find|have|purchase|order|be))?(?: (?:an?|some|the"
    r"|something))?\b",
    r"\b(?:do|does|did|have|has) (?:you|u|the shop)(?: (?:have|got|sell|carry|stock|know(?: of)?))?"
    r"(?: (?:any|some|an?))?\b",
    r"\b(?:show|find|give|get|recommend|suggest)(?: me)?(?: (?:some|an?|any|the|your))?\b|\b(?:is"
    r"|are) there(?: (?:any|some|an?))?\b",
    r"\b(?:what(?:'s| is| are)|which(?: is| are)?|what) (?:a good|the best|some good|good"
    r"|do you recommend|would you recommend|do you suggest)\b|\b(?:what|how) about\b",
    r"\b(?:please|thank you|thanks|thx|hi there|hi|hello|hey|good (?:morning|afternoon|evening|day)"
    r"|any (?:suggestions?|recommendations?|ideas?)|do you have any (?:suggestions?"
    r"|recommendations?))\b",
    r"\b(?:cheap(?:est)?|cheaper|affordable|inexpensive|(?:top|best|highest|highly|well)[- ](?:rated"
    r"|reviewed)|with (?:good|great) (?:reviews|ratings)|good reviews)\b",
    r"\b(?:to )?spend(?: on)?\b",
)

MOST: tuple[tuple[Change, re.Pattern[str]], ...] = (
    ("lighter", _any(r"\b(?:the )?(?:very )?lightest\b|\bas light as (?:possible|you have)\b", r"最轻便?的?|越轻越好")),
    ("bigger", _any(r"\b(?:the )?(?:biggest|largest|roomiest)\b", r"(?:容量|尺寸|屏幕|空间)?最大的?")),
    ("smaller", _any(r"\b(?:the )?(?:smallest|most compact)\b", r"最小的?")),
    ("longer", _any(r"\b(?:the )?longest[- ](?:battery(?: life)?|lasting|run ?time)\b", r"续航最[长久]的?")),
)
"""Superlatives that the shop's measures can tell, as the change that goes on until nothing goes further."""
RECIPIENT = _any(
    r"\b(?:for|to give(?: to)?) (?P<en>(?:(?:my|our|his|her|a|an|the) )?(?:[a-z]+[- ]){0,2}?(?:dad|father|mum|mom"
    r"|mother"
    r"|wife|husband|girlfriend|boyfriend|partner|son|daughter|kids?|child|children|baby|toddler|niece|nephew|friend"
    r"|colleague|coworker|boss|sister|brother|grand(?:ma|pa|mother|father|son|daughter)|teenager|teacher|neighbou?r"
    r"|\d{1,2}[- ]years?[- ]olds?))\b",
    r"(?:送给?|给)(?:我)?(?:的)?(?P<zh>爸爸?|妈妈?|父亲|母亲|老公|老婆|丈夫|妻子|女朋友|男朋友|女友|男友|儿子|女儿|孩子|宝宝|小孩"
    r"|朋友|同事|老板|姐姐|妹妹|哥哥|弟弟|奶奶|爷爷|外婆|外公|老师|侄子|侄女|外甥)(?:的|买|用|送)?",
)
OCCASION = _any(
    r"\b(?:for |as )?(?:(?:a|an|the|his|her|their|my|our) )?(?P<en>(?:\d{1,2}(?:st|nd|rd|th) )?(?:birthday"
    r"|christmas|xmas"
    r"|wedding|anniversary|graduation|valentine'?s(?: day)?|house ?warming|retirement|(?:mother|father)'?s day"
    r"|baby shower))"
    r"(?: (?:present|gift)s?)?\b",
    r"(?P<zh>生日|圣诞节?|婚礼|结婚纪念日|纪念日|毕业|情人节|乔迁|母亲节|父亲节|春节|新年|中秋)(?:礼物|的)?",
)
UNNEEDED = _any(
    r"\b(?:does ?n[o']?t|do ?n[o']?t|need ?n[o']?t|no longer)(?: (?:have|need))?(?: to)?(?: be| have)?"
    r"(?: (?:in|an?|any|the))?\s*$",
    r"(?:不一定(?:要|是)?|不用非得?|不必(?:是|要)?|不是?非要)\s*$",
)
"""Before a name: it is not wanted any more, and not shunned either."""
EACH = _any(
    r"[,;]\s*(?:all |both )?(?:under|below|max(?:imum)?|up to|at most|less than|no more than|for) [^,;]*"
    r"\b(?:each|apiece)\b",
    r"\b(?:both|in total|altogether|total|all together|for everything|combined)\b",
    r"一共|总共|加起来|两样都",
)
"""A bound that holds for every product of the message."""
AND = _any(
    r"\s*(?:,|;|\band\b|\bplus\b|\bas well as\b|\balso\b|&|\+|、|，|；|和|跟|与|以及|还有|还要|加上|再[要来买])\s*"
)
"""What parts two products of one message."""
HAVE = _any(
    r"^\W*(?:(?:and|but|so|ok|okay)\W+)*(?:do|have|has) (?:you|u|they) (?:have|got|sell|stock|carry|do|make)\b"
    r"|\b(?:got|have) (?:it|this|that|one|them) in\b",
    r"有没有",
)
"""Asked of the shop rather than of a product: "do you have it in green?"."""
SETTLES = _any(
    r"\b(?:thanks?|thank you|thx|ta|cheers|merci|danke(?:sch[oö]n)?"
    r"|vielen dank|gracias|obrigad[oa]|grazie|obliged|appreciate it|how kind|bye|goodbye"
    r"|that'?ll do|that will do|that'?s (?:everything"
    r"|all|it|us)|spot on|sold|sorry|sleep on it"
    r"|think (?:about|it over)|i'?ll (?:take|get|have|go (?:for|with))"
    r"|(?:will|gonna|going to) (?:take|get|buy|have|order) (?:it|that|this|them|one|the))\b",
    r"\b(?:useless|stupid|idiot|dumb|moron|muppets?|rubbish|crap|shit|fuck\w*|terrible|worst|joke|hate you"
    r"|slow(?:er)?)\b[^.!?]*"
    r"\b(?:bot|robot|you|machine|thing|assistant)\b",
    r"\b(?:you|u)(?:'re| are|r)?\b[^.!?]{0,30}\b(?:useless|stupid|dumb|idiot|rubbish|slow(?:er)?|great|brilliant"
    r"|a star|helpful|the best|lovely)\b",
    r"\bhow(?:'s| is| are) (?:(?:your|the) day|you|u|things|it going)\b|\bwhat'?s up\b",
    r"\b(?:get stuffed|get lost|piss off|sod off|screw you|bunch of \w+|rip[- ]?offs?|robbers?|a joke)\b",
    r"谢|多谢|感谢|拜拜|废物|滚|坑人|黑店|就它了|就(?:要|买)(?:它|这个|这款)了?|我再想想|考虑一下|破(?:机器人|玩意|店)|啥都没有|垃圾|没用|真?[蠢笨傻]|辛苦了",
)
"""Thanks, a decision, or temper: nothing is looked for."""
SEARCHES = _any(
    r"\b(?:look(?:ing)? for|search(?:ing)? for|need|want|show me|find|recommend|suggest|do you (?:have|sell))\b",
    r"想买|想要|需要(?!认真|再|考虑|想)|推荐|找|有没有|看看|我要",
)
"""Something is looked for, whatever else is said."""
SAME = _any(
    r"\b(?:the )?same (?:budget|price(?: range)?|requirements?|conditions?|criteria|specs?|wishes|things?)\b",
    r"(?:同等|同样|一样|相同)的?(?:条件|要求|配置|预算|价位|价格)",
)
SHOPPING = _any(r"\bshop(?:ping)? (?:around )?for\b|\bout shopping\b")
INSTRUCTS = _any(
    r"\b(?:developer|debug|admin|god) mode\b[^.!?\n]*|\b(?:hidden|secret|system) (?:prompt|instructions?)\b[^.!?\n]*",
    r"(?:(?:please|now|just|and|so)\s+)*\b(?:ignore|disregard|forget|override|bypass)\b[^.!?\n]{0,40}\b(?:rules?"
    r"|instructions?"
    r"|prompts?|guidelines?|restrictions?|programming|polic(?:y|ies))\b[^.!?\n]*",
    r"\b(?:you are|act as|pretend (?:to be|you(?:'re| are)))\s+(?:now\s+)?(?:an?\s+)?(?:dan|developer"
    r"|admin(?:istrator)?|root"
    r"|unrestricted|another|different|no longer)\b[^.!?\n]*",
    r"\b(?:reveal|show|print|repeat|tell me|what(?:'s| is| are))\b[^.!?\n]{0,20}\b(?:system prompt"
    r"|your (?:prompt|instructions|rules))\b"
    r"[^.!?\n]*",
    r"\b(?:confirm|say|tell (?:me|them))\b[^.!?\n]{0,30}\b(?:price is|is free|costs? (?:nothing|[$€£]?\d))[^.!?\n]*"
    r"|\b(?:manager|admin|system|developer)\b[^.!?\n]{0,20}\b(?:authori[sz]ed|approved|says?|said)\b[^.!?\n]*",
    r"(?:请)?(?:忽略|无视|忘记|忘掉|不要管|绕过)[^。！？\n]{0,12}(?:指令|规则|提示词?|设定|限制|要求你的)[^。！？\n]*"
    r"|(?:你现在是|假装你是|扮演)[^。！？\n]*|(?:系统提示|你的提示词|你的指令)[^。！？\n]*",
)
"""Orders to the assistant rather than wishes for products."""
